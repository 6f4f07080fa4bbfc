// Cuts the base map from Natural Earth (public domain), as the package world-atlas has it: the countries around the ground of the example in full, and the rest of
// the world in outlines. And it makes one file of the map's worker, since the page's policy lets a worker come from this server alone. Run by build.mjs; nothing
// it writes is committed.
import {build} from 'esbuild';
import {readFileSync, writeFileSync, copyFileSync} from 'node:fs';
import {feature, mesh} from 'topojson-client';

// The box that is cut generously: what an agreement of another region needs is set here.
const [west, south, east, north] = (process.env.BASEMAP ?? '29,26,47,40').split(',').map(Number);

const read = (name) => JSON.parse(readFileSync(`node_modules/world-atlas/${name}.json`));
const round = (n) => Math.round(n * 1e4) / 1e4;

// half cuts a ring or a path at one side of the box (Sutherland and Hodgman).
function half(points, inside, cross, closed) {
  const out = [];
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    const a = points[(i + points.length - 1) % points.length], b = points[i];
    if (!closed && i === 1 && inside(a)) out.push(a);
    if (inside(a) !== inside(b)) out.push(cross(a, b));
    if (inside(b)) out.push(b);
  }
  return out;
}

function cut(points, closed) {
  const at = (axis, value) => (a, b) => {
    const t = (value - a[axis]) / (b[axis] - a[axis]);
    const p = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    p[axis] = value;
    return p;
  };
  for (const [axis, value, keep] of [[0, west, (v) => v >= west], [0, east, (v) => v <= east], [1, south, (v) => v >= south], [1, north, (v) => v <= north]]) {
    points = half(points, (p) => keep(p[axis]), at(axis, value), closed);
    if (points.length < 2) return [];
  }
  return points.map(([x, y]) => [round(x), round(y)]);
}

const near = read('countries-10m'), far = read('countries-110m');
const features = [];
for (const f of feature(near, near.objects.countries).features) {
  const list = f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates;
  const polygons = list.map((rings) => rings.map((r) => cut(r.slice(0, -1), true)).filter((r) => r.length > 2).map((r) => [...r, r[0]])).filter((rings) => rings.length);
  if (polygons.length) features.push({type: 'Feature', properties: {kind: 'land', name: f.properties.name}, geometry: {type: 'MultiPolygon', coordinates: polygons}});
}
// Borders are the sides that two countries share. A path that leaves the box and comes back is cut in pieces.
const borders = [];
for (const line of mesh(near, near.objects.countries, (a, b) => a !== b).coordinates) {
  let piece = [];
  for (const p of line) {
    if (p[0] >= west && p[0] <= east && p[1] >= south && p[1] <= north) {
      piece.push([round(p[0]), round(p[1])]);
    } else {
      if (piece.length > 1) borders.push(piece);
      piece = [];
    }
  }
  if (piece.length > 1) borders.push(piece);
}
features.push({type: 'Feature', properties: {kind: 'border'}, geometry: {type: 'MultiLineString', coordinates: borders}});
writeFileSync('dist/basemap.geojson', JSON.stringify({type: 'FeatureCollection', features}));

const world = feature(far, far.objects.land);
const coarse = (x) => typeof x === 'number' ? Math.round(x * 100) / 100 : x.map(coarse);
writeFileSync('dist/world.geojson', JSON.stringify({type: 'FeatureCollection', features: (world.features ?? [world]).map((f) => ({type: 'Feature', properties: {kind: 'land'}, geometry: {...f.geometry, coordinates: coarse(f.geometry.coordinates)}}))}));

await build({entryPoints: ['node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs'], outfile: 'dist/map-worker.js', bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'inline', logLevel: 'warning'});
copyFileSync('node_modules/maplibre-gl/dist/maplibre-gl.css', 'dist/maplibre-gl.css');
