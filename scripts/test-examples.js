/**
 * The example plugins as users have them: the packed main package and the packed examples in an empty folder, loaded by name,
 * their types checked, their tests run, those with the real scamper included; and new plugins of `create-plugin`, whose
 * tests must pass as they are. Packs what is built: run `npm run build` first.
 *
 *     npm run test:examples [-- NAME…]     all of it, or only the examples named
 *
 * Ends with one line, "examples: N passed, N failed, N skipped"; the file that COUNTS names gets one as well. With CI=true
 * nothing may be skipped.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const known = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(root, 'examples', name, 'package.json')),
);
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** Options with which each example can be loaded by its name. */
const smallest = {
  allowlist: { file: 'allow.list' },
  websocket: { listen: '127.0.0.1:0' },
};

const totals = { passed: 0, failed: 0, skipped: 0 };

/** One step: what fails is told and counted, and the others still run. */
function step(name, body) {
  try {
    const counts = body() ?? { passed: 1, failed: 0, skipped: 0 };
    for (const [key, count] of Object.entries(counts)) totals[key] += count;
    const told = Object.entries(counts).map(([key, count]) => `${count} ${key}`);
    say(`${counts.failed > 0 ? 'FAILED' : 'ok'}  ${name}: ${told.join(', ')}`);
  } catch (failure) {
    totals.failed++;
    say(`FAILED  ${name}:\n${failure.message}`);
  }
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs a program to its end. @throws what it said, when it fails */
function run(cwd, command, ...args) {
  const { error, status, stdout, stderr } = attempt(cwd, command, ...args);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

function attempt(cwd, command, ...args) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 600_000 });
}

function npm(cwd, ...args) {
  return run(cwd, 'npm', ...args, '--no-audit', '--no-fund', '--loglevel=error');
}

/** When the newest file of a folder was changed. */
function newest(path) {
  const info = statSync(path);
  return info.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : info.mtimeMs;
}

/** A package of yesterday's build would prove nothing. */
function assertBuilt() {
  const built = join(root, 'dist/testing/index.d.ts');
  const sources = ['core', 'plugin-sdk', 'plugins', 'client', 'cli', 'config', 'testing', 'index.ts'].map((name) =>
    join(root, name),
  );
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources.map(newest))) return;
  throw new Error('dist is older than the sources: npm run build');
}

/** @returns the path of the tarball */
function pack(folder, destination) {
  const [{ filename }] = JSON.parse(
    npm(folder, 'pack', '--json', '--ignore-scripts', '--pack-destination', destination),
  );
  return join(destination, filename);
}

function manifestOf(name) {
  return JSON.parse(readFileSync(join(root, 'examples', name, 'package.json'), 'utf8'));
}

/** Runs `npm test` where it stands. @returns the counts that Node's test runner tells */
function npmTest(folder) {
  const { error, status, stdout, stderr } = attempt(folder, 'npm', 'test');
  if (error !== undefined) throw error;
  const count = (what) => Number(new RegExp(`^(?:#|ℹ) ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? NaN);
  const counts = { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') };
  // Nothing was run, or the runner failed beside the tests.
  const senseless = !(counts.passed > 0) || (status !== 0 && counts.failed === 0);
  if (senseless) throw new Error(`npm test ended with ${status}\n${stdout}${stderr}`);
  if (counts.failed > 0) say(`${stdout}${stderr}`);
  if (counts.skipped > 0)
    say(
      stdout
        .split('\n')
        .filter((line) => line.includes('# SKIP'))
        .join('\n'),
    );
  return counts;
}

/** An empty folder, and in it what a user of all the examples installs. What their tests need beside them comes along. */
function install(work, names) {
  const user = join(work, 'user');
  assertBuilt();
  const main = pack(root, work);
  const examples = names.map((name) => pack(join(root, 'examples', name), work));
  const forTests = names.flatMap((name) => Object.entries(manifestOf(name).devDependencies ?? {}));
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  npm(user, 'install', main, ...examples);
  const extra = forTests.filter(([name]) => name !== 'sc-remoted').map(([name, range]) => `${name}@${range}`);
  if (extra.length > 0) npm(user, 'install', '--no-save', ...new Set(extra));
  return { user, main };
}

/** Every example is found by the name that its README tells, and takes its options. */
function loadByName(user, names) {
  writeFileSync(join(user, 'allow.list'), 'name=*\n');
  const plugins = names.map((name) => [name, smallest[name] ?? {}]);
  writeFileSync(join(user, '.sc-remotedrc.json'), JSON.stringify({ plugins }));
  const listed = run(user, 'node_modules/.bin/sc-remoted', 'plugins');
  for (const name of names) {
    const { name: packageName, version } = manifestOf(name);
    const line = `. ${name} ${version} (package ${packageName})\n`;
    if (!listed.includes(line)) throw new Error(`sc-remoted plugins does not tell "${line}":\n${listed}`);
  }
}

/** The configurations in an example's README are good ones: all that --check-config does. */
function checkReadme(user, name) {
  const text = readFileSync(join(root, 'examples', name, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```js\n(export default [^]*?)^```$/gm)].map(([, block]) => block);
  if (blocks.length === 0) throw new Error('its README shows no configuration');
  for (const block of blocks) {
    const file = join(user, 'readme.config.js');
    writeFileSync(file, block);
    run(user, 'node_modules/.bin/sc-remoted', '--config', file, '--check-config');
  }
}

/** The package as it was packed, with its tests, beside what it is installed with. */
function checkOut(user, name) {
  const folder = join(user, 'checked-out', name);
  cpSync(join(user, 'node_modules', manifestOf(name).name), folder, { recursive: true });
  for (const part of ['test', 'support']) {
    const source = join(root, 'examples', name, part);
    if (existsSync(source)) cpSync(source, join(folder, part), { recursive: true });
  }
  return folder;
}

/** The types that plain JavaScript has in its comments, against those of the packed package. */
function checkTypes(folder) {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entries = [...Object.values(typeof exports === 'string' ? [exports] : exports), ...Object.values(bin)];
  const declarations = readdirSync(folder, { recursive: true }).filter((name) =>
    /^(?!node_modules|test|support).*\.d\.ts$/.test(name),
  );
  const options = ['--ignoreConfig', '--noEmit', '--allowJs', '--checkJs', '--strict', '--noUncheckedIndexedAccess'];
  const target = ['--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2023'];
  const types = [
    '--lib',
    'es2023,esnext.disposable',
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules/@types'),
  ];
  run(folder, process.execPath, tsc, ...options, ...target, ...types, '--skipLibCheck', ...entries, ...declarations);
}

/** A new plugin, installed as its author would, but for sc-remoted, which is the one packed here. */
function tryCreated(work, user, main, language, flavour) {
  const folder = join(work, `created-${language}-${flavour}`);
  const wanted = [`--${language}`, '--template', flavour, '--directory', folder];
  run(user, 'node_modules/.bin/sc-remoted', 'create-plugin', 'brand-new', ...wanted);
  npm(folder, 'install', '--no-save', main);
  const counts = npmTest(folder);
  if (language === 'javascript') checkTypes(folder);
  pack(folder, work);
  return counts;
}

function testAll(work, names) {
  let installed;
  step('packed and installed in an empty folder', () => void (installed = install(work, names)));
  if (installed === undefined) return;
  const { user, main } = installed;
  step('loaded by name', () => void loadByName(user, names));
  for (const name of names) {
    const folder = checkOut(user, name);
    step(`${name}: configurations in the README`, () => void checkReadme(user, name));
    step(`${name}: types`, () => void checkTypes(folder));
    step(`${name}: tests`, () => npmTest(folder));
    const real = existsSync(join(folder, 'test/real.test.js'));
    if (!real)
      step(`${name}: a test with the real scamper`, () => {
        throw new Error('test/real.test.js is missing');
      });
  }
  for (const language of ['javascript', 'typescript']) {
    for (const flavour of ['authentication', 'logging']) {
      step(`create-plugin, ${language}, ${flavour}`, () => tryCreated(work, user, main, language, flavour));
    }
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no example of this name: ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(1);
}
const work = mkdtempSync(join(tmpdir(), 'sc-examples-'));
try {
  testAll(work, wanted.length > 0 ? wanted : known);
} finally {
  rmSync(work, { recursive: true, force: true });
}
const { passed, failed, skipped } = totals;
const tooMany = process.env.CI === 'true' && skipped > 0;
if (tooMany) say('with CI=true nothing may be skipped');
say(`examples: ${passed} passed, ${failed} failed, ${skipped} skipped`);
if (process.env.COUNTS) appendFileSync(process.env.COUNTS, `${passed} passed, ${failed} failed\n`);
if (failed > 0 || tooMany) process.exitCode = 1;
