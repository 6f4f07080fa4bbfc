// Drawing on the map with terra-draw. It is fetched when somebody draws.
import {TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode} from 'terra-draw';
import {TerraDrawMapLibreGLAdapter} from 'terra-draw-maplibre-gl-adapter';

export function start(map, done) {
  const draw = new TerraDraw({adapter: new TerraDrawMapLibreGLAdapter({map}), modes: [new TerraDrawLineStringMode(), new TerraDrawPolygonMode()]});
  draw.start();
  draw.on('finish', (id) => {
    const g = draw.getSnapshotFeature(id)?.geometry;
    if (!g) return;
    const list = g.type === 'Polygon' ? g.coordinates[0].slice(0, -1) : g.coordinates;
    draw.clear();
    draw.setMode('static');
    done(list);
  });
  return {
    mode: (name) => draw.setMode(name === 'zone' ? 'polygon' : 'linestring'),
    clear: () => draw.clear(),
    stop: () => draw.stop(),
  };
}
