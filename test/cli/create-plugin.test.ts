import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { namesFor } from '../../cli/create-plugin/names.js';
import { run, temporaryFolder } from './support/command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every file below a folder, by its path. */
function filesIn(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesIn(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]))
    .sort();
}

/** What `npm install` would do for these packages. */
function install(folder: string, packages: Readonly<Record<string, string>>): void {
  for (const [name, target] of Object.entries(packages)) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place);
  }
}

/** Runs a program of the new package; fails with what it said. */
function succeed(cwd: string, ...args: string[]): string {
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  expect({ status, told: stdout + stderr }).toEqual({ status: 0, told: expect.any(String) });
  return stdout;
}

function manifestOf(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** What each Node prints by itself is another thing; this is the same in all. */
const tests = ['--test', '--test-reporter=tap'];

describe('a new plugin', () => {
  test.each([
    ['authentication', 4],
    ['logging', 3],
  ])('in JavaScript, for %s: its tests pass as it is', async (flavour, count) => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await run(['create-plugin', 'seen-often', '--template', flavour], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const files = ['.gitignore', 'README.md', 'index.js', 'package.json', 'test/index.test.js'];
    expect(stdout).toBe(
      `sc-remoted-plugin-seen-often is in sc-remoted-plugin-seen-often:\n${files.map((file) => `  ${file}\n`).join('')}
next:
  cd sc-remoted-plugin-seen-often
  npm install
  npm test

while npm has no sc-remoted, in the place of npm install:
  npm install --no-save ${resolve(root)}
`,
    );
    const folder = join(cwd, 'sc-remoted-plugin-seen-often');
    expect(filesIn(folder)).toEqual(files);
    install(folder, { 'sc-remoted': root });
    expect(succeed(folder, ...tests)).toContain(`# pass ${count}\n`);
  });

  test.each([
    ['authentication', 4],
    ['logging', 3],
  ])('in TypeScript, for %s: its tests pass as it is', async (flavour, count) => {
    const cwd = temporaryFolder();
    const args = ['create-plugin', '--typescript', '--directory', 'made/here', '--template', flavour, '@me/often'];
    expect(await run(args, { cwd })).toMatchObject({ code: 0, stderr: '' });
    const folder = join(cwd, 'made/here');
    const sources = ['src/index.ts', 'test/index.test.ts'];
    expect(filesIn(folder)).toEqual(['.gitignore', 'README.md', 'package.json', ...sources, 'tsconfig.json'].sort());
    install(folder, { 'sc-remoted': root, '@types/node': join(root, 'node_modules/@types/node') });
    // Its types are checked against the packed package, not here, where no declarations may have been built.
    succeed(folder, join(root, 'node_modules/typescript/bin/tsc'), '--noCheck', '--declaration', 'false');
    expect(succeed(folder, ...tests, 'dist/test/index.test.js')).toContain(`# pass ${count}\n`);
  });

  test.each([
    ['seen-often', 'sc-remoted-plugin-seen-often', 'seen-often', 'seen-often'],
    ['sc-remoted-plugin-often', 'sc-remoted-plugin-often', 'often', 'often'],
    ['@me/sc-remoted-plugin-often', '@me/sc-remoted-plugin-often', 'often', '@me/sc-remoted-plugin-often'],
    ['@me/often', '@me/often', 'often', '@me/often'],
  ])('%s: the package, the plugin and its name in a configuration', async (name, packageName, plugin, configured) => {
    const cwd = temporaryFolder();
    await run(['create-plugin', name, '--directory', 'made'], { cwd });
    expect(manifestOf(join(cwd, 'made'))).toMatchObject({
      name: packageName,
      peerDependencies: { 'sc-remoted': `^${packageJson.version}` },
    });
    install(cwd, { [packageName]: join(cwd, 'made') });
    install(join(cwd, 'made'), { 'sc-remoted': root });
    const config = { plugins: [[configured, { names: ['ams-1'] }]] };
    writeFileSync(join(cwd, '.sc-remotedrc.json'), JSON.stringify(config));
    const listed = await run(['plugins'], { cwd });
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toContain(`  1. ${plugin} 0.1.0 (package ${packageName})\n`);
    expect(readFileSync(join(cwd, 'made/README.md'), 'utf8')).toContain(`['${configured}', { names:`);
  });

  test('may be made in a folder that is empty', async () => {
    const cwd = temporaryFolder();
    expect(await run(['create-plugin', 'often', '--directory', '.'], { cwd })).toMatchObject({ code: 0 });
    expect(filesIn(cwd)).toContain('index.js');
  });
});

describe('nothing is overwritten', () => {
  const exists = (place: string): string =>
    `sc_remoted: SCR_CREATE_EXISTS: ${place}: there is something already; nothing is overwritten; choose another place with --directory\n`;

  test('in a folder that holds anything', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'sc-remoted-plugin-often'));
    writeFileSync(join(cwd, 'sc-remoted-plugin-often/mine'), 'kept');
    const place = join(cwd, 'sc-remoted-plugin-often');
    expect(await run(['create-plugin', 'often'], { cwd })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: exists(place),
    });
    expect(filesIn(cwd)).toEqual(['sc-remoted-plugin-often/mine']);
  });

  test('where a file has the name', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'mine'), 'kept');
    const { code, stderr } = await run(['create-plugin', 'often', '--directory', 'mine'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain(`SCR_CREATE_EXISTS: ${join(cwd, 'mine')}: `);
    expect(readFileSync(join(cwd, 'mine'), 'utf8')).toBe('kept');
  });

  test('a place that cannot be made is told', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'mine'), '');
    const { code, stderr } = await run(['create-plugin', 'often', '--directory', 'mine/deeper'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^sc_remoted: SCR_CREATE_FAILED: .*mine\/deeper: the files cannot be written \(ENOTDIR: .*\n$/,
    );
  });
});

describe('names', () => {
  const rule =
    'this is not a name for a plugin; use lower-case letters, digits and -, a letter first; a scope may stand in front: @me/sc-remoted-plugin-x';

  test('one that is none is refused in one line, and nothing is made', async () => {
    const cwd = temporaryFolder();
    const result = await run(['create-plugin', '../often'], { cwd });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: `sc_remoted: SCR_CREATE_NAME: ../often: ${rule}\n` });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each([
    'Often',
    'seen_often',
    '7days',
    'often-',
    '-often',
    'a/b',
    '@me/',
    '@me/../x',
    '@/x',
    'sc-remoted-plugin-',
    'sc-remoted-plugin-7',
    'a'.repeat(197),
    '',
  ])('refused: %s', (name) => {
    expect(() => namesFor(name, [])).toThrow(expect.objectContaining({ code: 'SCR_CREATE_NAME' }));
  });

  test.each(['a', 'a7', 'a-b', 'a'.repeat(196)])('taken: %s', (name) => {
    expect(namesFor(name, [])).toMatchObject({ plugin: name, package: `sc-remoted-plugin-${name}` });
  });

  test.each(['tcp', 'sc-remoted-plugin-unix-export', '@me/zombie'])('%s comes with sc-remoted', async (name) => {
    const { code, stderr } = await run(['create-plugin', name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^sc_remoted: SCR_CREATE_RESERVED: [\w-]+: a plugin of this name comes with sc-remoted; .*\n$/,
    );
  });
});

describe('a mistake on the command line: one line, the usage, exit 1', () => {
  const usage =
    'usage: sc-remoted create-plugin NAME [--javascript | --typescript] [--template what] [--directory dir]\n';
  test.each([
    [[], "missing required argument 'NAME'"],
    [['a', 'b'], 'too many arguments. Expected 1 argument but got 2.'],
    [['a', '--coffee'], "unknown option '--coffee'"],
    [['a', '--directory'], "option '--directory <dir>' argument missing"],
    [
      ['a', '--template', 'x'],
      "option '--template <what>' argument 'x' is invalid. Allowed choices are authentication, logging.",
    ],
    [['a', '--javascript', '--typescript'], "option '--typescript' cannot be used with option '--javascript'"],
  ])('%j', async (args, line) => {
    const cwd = temporaryFolder();
    const result = await run(['create-plugin', ...args], { cwd });
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: `sc_remoted: ${line}\n${usage}` });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('-? explains and exits 0', async () => {
    const { code, stdout } = await run(['create-plugin', '-?']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: sc-remoted create-plugin NAME /);
  });
});
