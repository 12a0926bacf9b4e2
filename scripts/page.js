/**
 * The page of the plugin `status`: one document with all it needs, written as plugins/status/page/page.ts. Its sources are
 * document.html, style.css and browser/; the outline of the land is that of world-atlas (Natural Earth, public domain).
 *
 *     npm run page
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { feature } from 'topojson-client';

const require = createRequire(import.meta.url);
const folder = new URL('../plugins/status/page/', import.meta.url);
const written = new URL('page.ts', folder);
const targets = ['chrome111', 'firefox115', 'safari16.4'];

/** A file that lies with the page. */
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

/** Where the errors are explained. It is a link: the page asks nobody for it. */
function errorsUrl() {
  const { homepage } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return `${homepage.replace(/#.*$/, '')}/blob/main/docs/errors.md`;
}

async function script() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('browser/main.ts', folder))],
    bundle: true,
    write: false,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: targets,
    define: { ERRORS_URL: JSON.stringify(errorsUrl()) },
  });
  return outputFiles[0].text;
}

async function style() {
  return (await transform(read('style.css'), { loader: 'css', minify: true, target: targets })).code;
}

const WHOLE = 360;
const POLE = -90;

/** Goes on beyond 180° where a ring crosses it, and around a pole where it encloses one: so no line leads back over the map. */
function unrolled(ring) {
  let turns = 0;
  const points = ring.map(([longitude, latitude], index) => {
    const step = longitude - (ring[index - 1]?.[0] ?? longitude);
    if (Math.abs(step) > WHOLE / 2) turns -= Math.sign(step);
    return [longitude + turns * WHOLE, latitude];
  });
  return turns === 0 ? points : [...points, [points.at(-1)[0], POLE], [points[0][0], POLE]];
}

/** What lies beyond 180° is seen on the other side of the map too. */
function bothSides(points) {
  const longitudes = points.map(([longitude]) => longitude);
  const shifts = [0, WHOLE, -WHOLE].filter(
    (shift) => Math.max(...longitudes) + shift > -WHOLE / 2 && Math.min(...longitudes) + shift < WHOLE / 2,
  );
  return shifts.map((shift) => points.map(([longitude, latitude]) => [longitude + shift, latitude]));
}

/** In quarters of a degree, from the north-west corner of the map at 84° N, 180° W. */
function quarters([longitude, latitude]) {
  return [Math.round((longitude + WHOLE / 2) * 4), Math.round((84 - latitude) * 4)];
}

/** A ring of points, each told by how far it is from the one before. */
function ringPath(ring) {
  const points = ring.map(quarters).filter(([x, y], index, all) => {
    const before = all[index - 1];
    return before === undefined || before[0] !== x || before[1] !== y;
  });
  if (points.length < 4) return '';
  const [[x, y], ...others] = points;
  const steps = others.map(([toX, toY], index) => [toX - points[index][0], toY - points[index][1]]);
  return `M${x} ${y}l${steps.flat().join(' ').replaceAll(' -', '-')}z`;
}

/** The outline of the land, as the `d` of an SVG path. */
function land() {
  const world = require('world-atlas/land-110m.json');
  const polygons = feature(world, world.objects.land).features.flatMap(({ geometry }) => geometry.coordinates);
  return polygons.flat().map(unrolled).flatMap(bothSides).map(ringPath).join('');
}

/** White space between tags is for who reads the source. */
function tight(html) {
  return html.replace(/\s+/g, ' ').replace(/> </g, '><');
}

/** @returns the source of page.ts */
export async function pageSource() {
  const inside = { '<style></style>': await style(), '<script></script>': await script() };
  let page = tight(read('document.html')).replace('d=""', () => `d="${land()}"`);
  for (const [tags, text] of Object.entries(inside))
    page = page.replace(tags, () => tags.replace('><', () => `>${text}<`));
  return `// Made by \`npm run page\` from what lies beside it. Do not edit.\n/** The page, as one document. */\nexport const page = ${JSON.stringify(page)};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(written, await pageSource());
