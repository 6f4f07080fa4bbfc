// Bundles what the pages take from npm into dist/, which the program embeds: each source in islands/ becomes one script, the map's worker and style sheet are
// copied as they are, and the base map is cut from Natural Earth. Run by make web; nothing it writes is committed.
import {build} from 'esbuild';
import {copyFileSync, existsSync, mkdirSync, readdirSync} from 'node:fs';

mkdirSync('dist', {recursive: true});
const entries = readdirSync('islands').filter((f) => f.endsWith('.js')).map((f) => `islands/${f}`);
if (entries.length) {
  await build({entryPoints: entries, outdir: 'dist', bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'linked', logLevel: 'warning'});
}
for (const own of readdirSync('.').filter((f) => f.startsWith('build-') && f.endsWith('.mjs'))) await import(`./${own}`);
