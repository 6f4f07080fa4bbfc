// The map: what the page's table says, where it was. Everything it shows comes from this server, drawn for this viewer; the page works without it.
import {Map as Chart, NavigationControl, ScaleControl, LngLatBounds, setWorkerUrl} from 'maplibre-gl';
import {colours, addSigns} from './map/signs.js';
import {letters, style} from './map/style.js';
import {tracks} from './map/tracks.js';
import {draft} from './map/draft.js';

const box = document.getElementById('map');
if (box) begin(box);

function begin(box) {
  const d = box.dataset, still = document.getElementById('map-still'), readout = document.getElementById('map-at'), here = document.getElementById('map-here'), form = document.getElementById('map-form');
  setWorkerUrl(d.worker);
  box.hidden = false;
  const bounds = (d.box || d.centre).split(',').map(Number);
  let version = 0;
  const tiles = () => `${location.origin}${d.tiles}{z}/{x}/{y}?${d.query}${d.query ? '&' : ''}v=${version}`;
  let map;
  try {
    map = new Chart({
      container: box, style: style(d, colours(), tiles()), bounds: new LngLatBounds(bounds.slice(0, 2), bounds.slice(2)), fitBoundsOptions: {padding: 20},
      dragRotate: false, pitchWithRotate: false, touchPitch: false, attributionControl: false, maxZoom: 19, renderWorldCopies: false,
      locale: {'NavigationControl.ZoomIn': d.sayZoomIn, 'NavigationControl.ZoomOut': d.sayZoomOut, 'Map.Title': box.getAttribute('aria-label'),
        'ScaleControl.Kilometers': d.sayKm, 'ScaleControl.Meters': d.sayM},
    });
  } catch {
    box.hidden = true; // this browser draws no map: the still picture and the table stay
    return;
  }
  still.hidden = true;
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const end = d.dir === 'rtl' ? 'left' : 'right', start = d.dir === 'rtl' ? 'right' : 'left';
  map.addControl(new NavigationControl({showCompass: false}), `top-${end}`);
  map.addControl(new ScaleControl({maxWidth: 120 * letters()}), `bottom-${start}`);
  map.on('styleimagemissing', () => {});
  const dress = () => addSigns(map, colours());
  map.on('style.load', dress);

  // In the time of the agreement, as everything beside the map.
  const day = new Intl.DateTimeFormat({en: 'en-GB', ar: 'ar-SY-u-nu-latn', ru: 'ru'}[d.lang], {day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'UTC'});
  const hours = {format: (t) => `${day.format(new Date(t.getTime() + Number(d.ahead) * 1000))} (${d.offset})`};
  const moving = tracks(map, d, hours);
  map.once('load', () => { moving.load(d.query); draft(map, d, (text) => { readout.hidden = false; readout.textContent = text; }); });

  // The theme of the machine may change while the page is open.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { map.setStyle(style(d, colours(), tiles()), {diff: false}); map.once('idle', moving.draw); });

  // News: the tiles are asked for again, and so is what is drawn beside them.
  let waiting = 0;
  document.addEventListener('truce:news', () => {
    if (waiting) return;
    waiting = setTimeout(() => {
      waiting = 0;
      version++;
      map.getSource('records').setTiles([tiles()]);
      map.getSource('things').setData(d.things + (d.query ? '?' + d.query : ''));
    }, 2000);
  });

  // Where the pointer is, or the middle of the map where there is none.
  let asking = 0, asked = null;
  const where = (at) => {
    const degrees = `${Math.abs(at.lat).toFixed(5)}°${at.lat < 0 ? 'S' : 'N'} ${Math.abs(at.lng).toFixed(5)}°${at.lng < 0 ? 'W' : 'E'}`;
    readout.hidden = false;
    readout.dir = 'ltr';
    readout.textContent = degrees;
    clearTimeout(asking);
    asking = setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(`${d.at}?at=${at.lng.toFixed(7)},${at.lat.toFixed(7)}`, {signal: asked.signal});
        if (answer.ok) readout.textContent = `${degrees} · ${(await answer.json()).mgrs}`;
      } catch { /* the pointer moved on */ }
    }, 150);
  };
  map.on('mousemove', (e) => where(e.lngLat));
  map.on('moveend', () => { if (document.activeElement === map.getCanvas()) where(map.getCenter()); });

  // A sign tells what is there; many together come apart; a square and a case lead on.
  const choose = async (point) => {
    const near = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]];
    const found = (...layers) => map.queryRenderedFeatures(near, {layers})[0];
    const file = found('cases');
    if (file) { location.href = d.cases + file.properties.case; return; }
    const one = found('points');
    if (one) { await show(one.id, one.geometry.coordinates); return; }
    const group = found('groups');
    if (group) { map.easeTo({center: group.geometry.coordinates, zoom: Math.min(map.getZoom() + 2, 18)}); return; }
    const cell = map.queryRenderedFeatures([point.x, point.y], {layers: ['cells']})[0];
    if (cell) look(boundsOf(cell.geometry));
  };
  map.on('click', (e) => choose(e.point));
  map.getCanvas().addEventListener('keydown', (e) => { if (e.key === 'Enter') choose(map.project(map.getCenter())); });
  for (const layer of ['points', 'groups', 'cells', 'cases']) {
    map.on('mouseenter', layer, () => { map.getCanvas().style.cursor = 'pointer'; });
    map.on('mouseleave', layer, () => { map.getCanvas().style.cursor = ''; });
  }

  async function show(feature, at) {
    ring([at[0] - 1e-4, at[1] - 1e-4, at[0] + 1e-4, at[1] + 1e-4]);
    const answer = await fetch(d.here + feature + (d.query ? '?' + d.query : ''));
    if (!answer.ok) return;
    const part = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('here');
    here.replaceChildren(part);
    dressRows(here);
    for (const row of document.querySelectorAll('tr[data-feature]')) row.classList.toggle('chosen', row.dataset.feature === String(feature));
  }

  // A row leads to its place on the map.
  const ring = ([w, s, e, n]) => map.getSource('chosen')?.setData({type: 'Feature', properties: {}, geometry: {type: 'Polygon', coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}});
  function dressRows(root) {
    for (const b of root.querySelectorAll('.map-show')) b.hidden = false;
  }
  dressRows(document);
  document.addEventListener('truce:refreshed', () => dressRows(document));
  document.addEventListener('click', (e) => {
    const b = e.target.closest?.('.map-show');
    if (!b) return;
    const row = b.closest('[data-bounds]'), at = row.dataset.bounds.split(',').map(Number);
    for (const x of document.querySelectorAll('.chosen')) x.classList.remove('chosen');
    row.classList.add('chosen');
    ring(at);
    map.fitBounds(new LngLatBounds(at.slice(0, 2), at.slice(2)), {padding: 80, maxZoom: 14, animate: !matchMedia('(prefers-reduced-motion: reduce)').matches});
    box.scrollIntoView({block: 'nearest'});
  });

  // The piece of the map that is looked at is in the address, and the table beside follows it.
  let looking = 0;
  function look(b) {
    const address = new URL(location.href);
    address.searchParams.set('box', b.map((x) => x.toFixed(4)).join(','));
    address.searchParams.delete('after');
    history.replaceState(null, '', address);
    form.elements.box[0] ? form.elements.box[0].value = address.searchParams.get('box') : form.elements.box.value = address.searchParams.get('box');
    clearTimeout(looking);
    looking = setTimeout(async () => {
      const answer = await fetch(address, {headers: {'Truce-Part': 'live'}});
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('map-table'), old = document.getElementById('map-table');
      if (fresh && !old.contains(document.activeElement)) { old.replaceChildren(...fresh.childNodes); dressRows(old); }
    }, 400);
  }
  map.on('moveend', (e) => { if (e.originalEvent) { const b = map.getBounds(); look([Math.max(b.getWest(), -180), Math.max(b.getSouth(), -85), Math.min(b.getEast(), 180), Math.min(b.getNorth(), 85)]); } });
  globalThis.truceMap = map; // for tests
}

function boundsOf(g) {
  const list = g.coordinates.flat(g.type === 'Polygon' ? 1 : 2);
  const x = list.map((p) => p[0]), y = list.map((p) => p[1]);
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}
