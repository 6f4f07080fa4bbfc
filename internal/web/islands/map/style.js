// How the map looks: layers from the ground up. No glyphs and no sprites are loaded; letters come from the fonts of the machine.

const empty = {type: 'FeatureCollection', features: []};

// byResult chooses by the result of a feature.
const byResult = (c, otherwise) => ['match', ['coalesce', ['get', 'r'], ''], ...['breached', 'turns', 'undetermined', 'kept', 'not-due', 'suspended', 'not-applicable'].flatMap((r) => [r, c[r]]), otherwise];
const simulated = ['==', ['coalesce', ['get', 's'], 0], 1];
const kind = (...names) => ['in', ['get', 'kind'], ['literal', names]];
const font = ['Noto Sans Regular'];

// letters says how much larger letters are here than usual: on a wall they are, and all that is drawn with them.
export const letters = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;

const drawn = ['text-size', 'icon-size', 'line-width', 'circle-radius', 'circle-stroke-width', 'text-halo-width'];
function grown(layer, by) {
  if (by === 1) return layer;
  if (layer.layout?.['icon-image']) layer.layout['icon-size'] = 1;
  for (const part of ['layout', 'paint']) {
    if (layer[part]) layer[part] = Object.fromEntries(Object.entries(layer[part]).map(([k, v]) => [k, drawn.includes(k) ? ['*', by, v] : v]));
  }
  return layer;
}

export function style(d, c, tiles) {
  const label = {'text-color': c.ink, 'text-halo-color': c.paper, 'text-halo-width': 1.4};
  return {
    version: 8,
    sources: {
      world: {type: 'geojson', data: d.world},
      base: {type: 'geojson', data: d.base},
      shapes: {type: 'geojson', data: d.shapes},
      things: {type: 'geojson', data: d.things + (d.query ? '?' + d.query : '')},
      records: {type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: 16},
      tracks: {type: 'geojson', data: empty},
      chosen: {type: 'geojson', data: empty},
    },
    layers: [
      {id: 'water', type: 'background', paint: {'background-color': c.water}},
      {id: 'world', type: 'fill', source: 'world', maxzoom: 6, paint: {'fill-color': c.paper}},
      {id: 'land', type: 'fill', source: 'base', filter: kind('land'), paint: {'fill-color': c.paper}},
      {id: 'zones', type: 'fill', source: 'shapes', filter: ['all', ['==', ['get', 'shape'], 'area'], ['!=', ['get', 'kind'], 'area'], ['!=', ['get', 'kind'], 'band']], paint: {'fill-color': c.zone, 'fill-opacity': .75}},
      {id: 'bands', type: 'fill', source: 'shapes', filter: kind('band'), paint: {'fill-color': c.accent, 'fill-opacity': .05}},
      {id: 'nobody', type: 'fill', source: 'things', filter: ['all', kind('area'), ['has', 'of'], ['<', ['*', 2, ['get', 'days']], ['get', 'of']]], paint: {'fill-pattern': 'hatch-nobody', 'fill-opacity': .35}},
      {id: 'borders', type: 'line', source: 'base', filter: kind('border'), paint: {'line-color': c.soft, 'line-width': 1, 'line-dasharray': [6, 3, 1, 3]}},
      {id: 'zone-edges', type: 'line', source: 'shapes', filter: ['all', ['==', ['get', 'shape'], 'area'], ['!=', ['get', 'kind'], 'area'], ['!=', ['get', 'kind'], 'band']], paint: {'line-color': c['zone-edge'], 'line-width': 1.4}},
      {id: 'area-edges', type: 'line', source: 'shapes', filter: kind('area'), paint: {'line-color': c.soft, 'line-width': .7, 'line-opacity': .6}},
      {id: 'band-edges', type: 'line', source: 'shapes', filter: kind('band'), paint: {'line-color': c.accent, 'line-width': .8, 'line-dasharray': [3, 2], 'line-opacity': .7}},
      {id: 'lines', type: 'line', source: 'shapes', filter: ['all', ['==', ['get', 'shape'], 'line'], ['!=', ['get', 'kind'], 'road']], paint: {'line-color': c.ink, 'line-width': 2}},
      {id: 'roads', type: 'line', source: 'shapes', filter: kind('road'), paint: {'line-color': c.soft, 'line-width': 1.2}},
      {id: 'cells', type: 'fill', source: 'records', 'source-layer': 'cells', paint: {'fill-pattern': 'hatch-cell', 'fill-opacity': ['interpolate', ['linear'], ['get', 'n'], 1, .35, 50, .9]}},
      {id: 'cell-edges', type: 'line', source: 'records', 'source-layer': 'cells', paint: {'line-color': c.undetermined, 'line-width': 1.2}},
      {id: 'circles', type: 'fill', source: 'records', 'source-layer': 'circles', minzoom: 9, paint: {'fill-color': byResult(c, c.soft), 'fill-opacity': .035}},
      {id: 'circles-simulated', type: 'fill', source: 'records', 'source-layer': 'circles', minzoom: 11, filter: simulated, paint: {'fill-pattern': 'hatch-simulated', 'fill-opacity': .07}},
      {id: 'circle-edges', type: 'line', source: 'records', 'source-layer': 'circles', minzoom: 9, filter: ['!', simulated], paint: {'line-color': byResult(c, c.soft), 'line-width': 1, 'line-opacity': .7}},
      {id: 'circle-edges-simulated', type: 'line', source: 'records', 'source-layer': 'circles', minzoom: 9, filter: simulated, paint: {'line-color': byResult(c, c.soft), 'line-width': 1, 'line-dasharray': [3, 2], 'line-opacity': .5}},
      {id: 'case-areas', type: 'line', source: 'things', filter: kind('case-area'), paint: {'line-color': c.ink, 'line-width': 1.6, 'line-dasharray': [1, 1.5]}},
      {id: 'tracks', type: 'line', source: 'tracks', filter: ['==', ['get', 'part'], 'line'], layout: {'line-join': 'round'}, paint: {'line-color': c.link, 'line-width': 2, 'line-opacity': .8}},
      {id: 'track-ends', type: 'circle', source: 'tracks', filter: ['==', ['get', 'part'], 'end'], paint: {'circle-radius': 4.5, 'circle-color': c.link, 'circle-stroke-color': c.paper, 'circle-stroke-width': 1.5}},
      {id: 'groups', type: 'circle', source: 'records', 'source-layer': 'groups', paint: {'circle-color': c.band, 'circle-stroke-color': ['case', ['>', ['coalesce', ['get', 'b'], 0], 0], c.breached, c.soft], 'circle-stroke-width': ['case', ['>', ['coalesce', ['get', 'b'], 0], 0], 2.6, 1.2], 'circle-radius': ['interpolate', ['linear'], ['ln', ['get', 'n']], 2, 10, 9, 22]}},
      {id: 'chosen', type: 'line', source: 'chosen', paint: {'line-color': c.accent, 'line-width': 3}},
      {id: 'points', type: 'symbol', source: 'records', 'source-layer': 'points', layout: {
        'icon-image': ['concat', ['case', ['==', ['get', 'k'], 'restriction'], 'restriction', ['coalesce', ['get', 'r'], 'none']], '-', ['to-string', ['coalesce', ['get', 's'], 0]]],
        'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-sort-key': ['match', ['coalesce', ['get', 'r'], ''], 'breached', 4, 'turns', 3, 'undetermined', 2, 1],
        'text-field': ['case', ['has', 'n'], ['to-string', ['get', 'n']], ''], 'text-font': font, 'text-size': 11, 'text-offset': [1, -.7], 'text-anchor': 'bottom', 'text-allow-overlap': true, 'text-ignore-placement': true}, paint: label},
      {id: 'cases', type: 'symbol', source: 'things', filter: kind('case'), layout: {'icon-image': 'case', 'icon-offset': [9, -9], 'icon-allow-overlap': true, 'icon-ignore-placement': true}},
      {id: 'places', type: 'circle', source: 'shapes', filter: ['==', ['get', 'shape'], 'point'], paint: {'circle-radius': 2.5, 'circle-color': c.ink, 'circle-stroke-color': c.paper, 'circle-stroke-width': 1}},
      {id: 'place-labels', type: 'symbol', source: 'shapes', filter: ['==', ['get', 'shape'], 'point'], minzoom: 7, layout: {'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-variable-anchor-offset': ['left', [.7, 0], 'right', [-.7, 0], 'top', [0, .6], 'bottom', [0, -.6], 'left', [1.7, 0], 'right', [-1.7, 0], 'top', [0, 1.5], 'bottom', [0, -1.5]], 'text-justify': 'auto'}, paint: label},
      {id: 'group-labels', type: 'symbol', source: 'records', 'source-layer': 'groups', layout: {'text-field': ['to-string', ['get', 'n']], 'text-font': font, 'text-size': 11, 'text-allow-overlap': true, 'text-padding': 1}, paint: {'text-color': c.ink}},
      {id: 'line-labels', type: 'symbol', source: 'shapes', filter: ['==', ['get', 'shape'], 'line'], minzoom: 8, layout: {'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 11}, paint: {...label, 'text-color': c.soft}},
      {id: 'area-labels', type: 'symbol', source: 'things', filter: ['all', kind('area'), ['has', 'label']], minzoom: 9.5, layout: {'text-field': ['concat', ['get', 'name'], '\n', ['get', 'label']], 'text-font': font, 'text-size': 11}, paint: {...label, 'text-color': c.soft}},
    ].map((layer) => grown(layer, letters())),
  };
}
