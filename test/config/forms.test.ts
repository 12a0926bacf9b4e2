import { chmodSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadConfigFile } from '../../config/file.js';
import { defaultLimits } from '../../core/contract/limits.js';
import { folder } from '../core/support/folder.js';

const esm = "export default { plugins: ['tcp', ['zombie', { time: 5 }]], limits: { channels: 7 } };";
const commonJs = esm.replace('export default', 'module.exports =');
const json = '{ "plugins": ["tcp", ["zombie", { "time": 5 }]], "limits": { "channels": 7 } }';
const yaml = 'plugins:\n  - tcp\n  - [zombie, { time: 5 }]\nlimits: { channels: 7 }\n';

const forms: Record<string, string> = {
  'sc-remoted.config.js': esm,
  'sc-remoted.config.mjs': esm,
  'sc-remoted.config.cjs': commonJs,
  '.sc-remotedrc': yaml,
  '.sc-remotedrc.json': json,
  '.sc-remotedrc.yaml': yaml,
  '.sc-remotedrc.yml': yaml,
  '.sc-remotedrc.js': commonJs,
  '.sc-remotedrc.mjs': esm,
  '.sc-remotedrc.cjs': commonJs,
  '.config/sc-remotedrc.yaml': yaml,
  '.config/sc-remotedrc.js': esm,
  'package.json': `{ "name": "x", "sc-remoted": ${json} }`,
};

const everything = {
  plugins: ['tcp', ['zombie', { time: 5 }]],
  limits: { ...defaultLimits, channels: 7 },
};

describe('a configuration file', () => {
  test.each(Object.keys(forms))('%s is found in the folder, and its folder is told', async (name) => {
    using at = folder({ [name]: forms[name] ?? '' });
    const file = join(at.path, name);
    const directory = name.startsWith('.config/') ? join(at.path, '.config') : at.path;
    expect(await loadConfigFile(undefined, at.path)).toEqual({ file, directory, ...everything, problems: [] });
  });

  test.each(Object.keys(forms))('%s is loaded when it is named, relative to the folder', async (name) => {
    using at = folder({ [`etc/${name}`]: forms[name] ?? '' });
    expect(await loadConfigFile(`etc/${name}`, at.path)).toMatchObject({
      file: join(at.path, 'etc', name),
      ...everything,
    });
    expect(await loadConfigFile(join(at.path, 'etc', name), '/')).toMatchObject(everything);
  });

  test('need not say anything: the choice of plugins is the default’s then', async () => {
    using at = folder({ 'sc-remoted.config.mjs': 'export default {};' });
    expect(await loadConfigFile(undefined, at.path)).toMatchObject({
      plugins: undefined,
      limits: { channels: 1_024, handshakes: 4_096 },
    });
  });

  test('may hold plugins as objects', async () => {
    using at = folder({ 'c.mjs': 'const p = { name: "p" }; export default { plugins: [p, [p, {}]] };' });
    expect((await loadConfigFile('c.mjs', at.path))?.plugins).toEqual([{ name: 'p' }, [{ name: 'p' }, {}]]);
  });

  test('is the first of those that are there', async () => {
    using at = folder({ '.sc-remotedrc.json': '{ "limits": { "channels": 1 } }', 'sc-remoted.config.mjs': esm });
    expect((await loadConfigFile(undefined, at.path))?.limits.channels).toBe(1);
  });
});

describe('no configuration file', () => {
  test.each([
    ['is in an empty folder', {}],
    ['is package.json without our key', { 'package.json': '{ "name": "x" }' }],
    ['is an empty file', { 'sc-remoted.config.js': ' \n' }],
    ['is in a folder above', { 'sc-remoted.config.mjs': esm, 'deep/other.txt': '' }],
  ])('%s', async (_what, files) => {
    using at = folder(files);
    const within = 'deep/other.txt' in files ? join(at.path, 'deep') : at.path;
    expect(await loadConfigFile(undefined, within)).toBeUndefined();
  });

  test('is a folder with the name of one', async () => {
    using at = folder({ 'sc-remoted.config.js/file': '' });
    expect(await loadConfigFile(undefined, at.path)).toBeUndefined();
  });

  test('does not hide one of a later name: package.json of another project, an empty file', async () => {
    using at = folder({ 'package.json': '{ "name": "x" }', '.sc-remotedrc': '', 'sc-remoted.config.mjs': esm });
    expect((await loadConfigFile(undefined, at.path))?.file).toBe(join(at.path, 'sc-remoted.config.mjs'));
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['nowhere.js', 'no such file'],
    ['folder', 'it is not a regular file'],
    ['sc.js/below', 'no such file'],
  ])('because %s is not there is SCR_CONFIG_NOT_FOUND', async (name, why) => {
    using at = folder({ 'sc.js': esm });
    mkdirSync(join(at.path, 'folder'));
    await expect(loadConfigFile(name, at.path)).rejects.toMatchObject({
      code: 'SCR_CONFIG_NOT_FOUND',
      message: `${join(at.path, name)}: there is no such configuration file`,
      cause: new Error(why),
    });
  });

  test.each([
    ['a mistake in JavaScript', 'c.mjs', 'export default {'],
    ['a throw', 'c.mjs', 'throw new Error("no");\nexport default {};'],
    ['an import that is not there', 'c.mjs', 'import "./nowhere.js";\nexport default {};'],
    ['no default export', 'c.mjs', 'export const plugins = ["tls"];'],
    ['no default export in .js', 'c.js', 'export const plugins = ["tls"];'],
    ['a mistake in CommonJS', 'c.cjs', 'module.exports = {'],
    ['a mistake in JSON', 'c.json', '{ "plugins": }'],
    ['a mistake in YAML', 'c.yaml', 'plugins: [tcp'],
    ['nothing in it', 'c.json', ''],
    ['nothing but blanks in it', 'c.mjs', ' \n\t'],
    ['a suffix that tells nothing', 'c.conf', 'plugins: []'],
  ])('because of %s is SCR_CONFIG_BROKEN, with the cause', async (_what, name, content) => {
    using at = folder({ [name]: content });
    const failure: unknown = await loadConfigFile(name, at.path).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'SCR_CONFIG_BROKEN',
      message: `${join(at.path, name)}: the configuration file cannot be loaded`,
      cause: expect.any(Error),
    });
  });

  test.each([
    ['sc-remoted.config.mjs', 'export const plugins = ["tls"];'],
    ['sc-remoted.config.js', 'export default {'],
    ['package.json', '{ "sc-remoted": { "plugins": }'],
    ['package.json', '{'],
  ])('is no less broken when it is found: %s', async (name, content) => {
    using at = folder({ [name]: content });
    await expect(loadConfigFile(undefined, at.path)).rejects.toMatchObject({ code: 'SCR_CONFIG_BROKEN' });
  });

  test.each([
    ['its code waits for something that never comes', 'await new Promise(() => {});\nexport default {};'],
    ['what it imports does', 'import "./never.mjs";\nexport default {};'],
  ])('because it never finishes loading is SCR_CONFIG_BROKEN, after 10 s: %s', async (_what, content) => {
    using at = folder({ 'c.mjs': content, 'never.mjs': 'await new Promise(() => {});' });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const loading = loadConfigFile('c.mjs', at.path).catch((thrown: unknown) => thrown);
    vi.advanceTimersByTime(10_000);
    expect(await loading).toMatchObject({
      code: 'SCR_CONFIG_BROKEN',
      cause: new Error('it had not finished loading after 10 s'),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['named', 'sc-remoted.config.mjs'],
    ['found', undefined],
  ])('because it cannot be read is SCR_CONFIG_UNREADABLE, where it is %s', async (_how, name) => {
    using at = folder();
    const file = join(at.path, 'sc-remoted.config.mjs');
    symlinkSync(file, file); // nobody can read that, not even root
    await expect(loadConfigFile(name, at.path)).rejects.toMatchObject({
      code: 'SCR_CONFIG_UNREADABLE',
      message: `${file}: the configuration file is there but cannot be read`,
      remedy: 'let this user read it, or name another with --config, or pass --no-config',
      cause: { code: 'ELOOP' },
    });
  });

  // Syntax errors of modules are tested on the command line: here, they are not Node's.
  test.each([
    ['a throw at its top', 'c.mjs', '\nthrow new Error("no");\nexport default {};', 'c.mjs:2: no'],
    ['a throw in a function', 'c.mjs', 'const f = () => {\n  null.x;\n};\nexport default f();', 'c.mjs:2: Cannot read'],
    ['a throw in what it imports', 'c.mjs', 'import "./other.mjs";\nexport default {};', 'other.mjs:2: other'],
    ['a mistake in CommonJS', 'c.cjs', '\nmodule.exports = { a b };', 'c.cjs:2: Unexpected identifier'],
    ['a throw in CommonJS', 'c.cjs', '\nthrow new Error("no");', 'c.cjs:2: no'],
  ])('is told with the file and the line: %s', async (_what, name, content, told) => {
    using at = folder({ [name]: content, 'other.mjs': '\nthrow new Error("other");' });
    const failure: unknown = await loadConfigFile(name, at.path).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ cause: { message: expect.stringContaining(`${at.path}/${told}`) as string } });
  });

  test.each([
    ['YAML, which has its own', 'c.yaml', 'plugins: [tcp'],
    ['a suffix that tells nothing', 'c.conf', 'plugins: []'],
    ['no default export', 'c.mjs', 'export const plugins = [];'],
  ])('is told without a line of our own code: %s', async (_what, name, content) => {
    using at = folder({ [name]: content });
    const failure: unknown = await loadConfigFile(name, at.path).catch((thrown: unknown) => thrown);
    expect((failure as Error).cause).toMatchObject({ message: expect.not.stringMatching(/^\/.*:\d+: /) as string });
  });
});

describe('what a file says', () => {
  test('is told with all mistakes at once, each with file, path and what was expected; what is right remains', async () => {
    using at = folder({
      'c.json':
        '{ "plugins": ["tcp", 7, [], ["zombie", {}]], "limits": { "channels": "x", "chanels": 1 }, "plugin": 1 }',
    });
    const file = join(at.path, 'c.json');
    expect(await loadConfigFile('c.json', at.path)).toEqual({
      file,
      directory: at.path,
      plugins: ['tcp', ['zombie', {}]],
      limits: {},
      problems: [
        `${file}: plugin: unknown option; known are plugins, limits`,
        `${file}: plugins[1]: expected string or array or object`,
        `${file}: plugins[2]: expected at least 1 item`,
        `${file}: limits.chanels: unknown option; known are ${Object.keys(everything.limits).join(', ')}`,
        `${file}: limits.channels: expected integer`,
      ],
    });
  });

  test('must name a plugin: without any, nothing would run', async () => {
    using at = folder({ 'c.json': '{ "plugins": [] }' });
    expect((await loadConfigFile('c.json', at.path))?.problems).toEqual([
      `${join(at.path, 'c.json')}: plugins: expected at least 1 item`,
    ]);
  });

  test.each([
    ['c.mjs', 'export default [];'],
    ['c.mjs', 'export default "tcp";'],
    ['c.mjs', 'export default 7;'],
    ['c.mjs', 'export default null;'],
    ['c.json', 'null'],
    ['package.json', '{ "sc-remoted": null }'],
  ])('must be an object: %s %s', async (name, content) => {
    using at = folder({ [name]: content });
    expect(await loadConfigFile(name, at.path)).toMatchObject({
      plugins: undefined,
      problems: [`${join(at.path, name)}: the configuration: expected object`],
    });
  });
});

describe('a file that others may change', () => {
  test.each(Object.keys(forms))('%s is refused, and not run, when it is merely found', async (name) => {
    using at = folder({ [name]: forms[name] ?? '' });
    const ran = join(at.path, 'ran');
    if (name.endsWith('js'))
      at.write(name, `import { writeFileSync } from 'node:fs';\nwriteFileSync('${ran}', '');\n${esm}`);
    chmodSync(join(at.path, name), 0o666);
    await expect(loadConfigFile(undefined, at.path)).rejects.toMatchObject({
      code: 'SCR_CONFIG_UNTRUSTED',
      message: `${join(at.path, name)}: a configuration file was found that somebody else owns or may change; it is not run`,
    });
    await expect(loadConfigFile('ran', at.path)).rejects.toMatchObject({ code: 'SCR_CONFIG_NOT_FOUND' });
  });

  test('is used when it is named', async () => {
    using at = folder({ 'sc-remoted.config.mjs': esm });
    chmodSync(join(at.path, 'sc-remoted.config.mjs'), 0o666);
    expect(await loadConfigFile('sc-remoted.config.mjs', at.path)).toMatchObject(everything);
  });

  test('does not matter when it is package.json without our key', async () => {
    using at = folder({ 'package.json': '{ "name": "x" }' });
    chmodSync(join(at.path, 'package.json'), 0o666);
    expect(await loadConfigFile(undefined, at.path)).toBeUndefined();
  });
});

test.each([
  ['refers to itself, in YAML', 'c.yaml', 'plugins: &all\n  - tcp\n  - [zombie, *all]'],
  [
    'refers to itself, in a module',
    'c.mjs',
    'const all = ["tcp"]; all.push(["zombie", { all }]); export default { plugins: all };',
  ],
  ['is very deep', 'c.json', `{ "plugins": ["tcp", ["zombie", ${'['.repeat(5_000)}${']'.repeat(5_000)}]] }`],
  ['has aliases upon aliases, which stand for 10^15 values', 'c.yaml', multiplied(15)],
])('a configuration that %s is one mistake, told at once', async (_what, name, content) => {
  using at = folder({ [name]: content });
  expect((await loadConfigFile(name, at.path))?.problems).toEqual([
    `${join(at.path, name)}: the configuration: it refers to itself, or has more than 100 levels or 100000 values`,
  ]);
});

/** YAML in which each line stands for ten times the one before. */
function multiplied(times: number): string {
  const tenfold = (index: number): string => Array(10).fill(`*x${index}`).join(', ');
  const lines = Array.from({ length: times }, (_none, index) => `- &x${index + 1} [${tenfold(index)}]`);
  return ['plugins:', '- &x0 tcp', ...lines].join('\n');
}

describe('loading again', () => {
  test.each([
    ['c.js', (channels: number) => `export default { limits: { channels: ${channels} } };`],
    ['c.mjs', (channels: number) => `export default { limits: { channels: ${channels} } };`],
    ['c.cjs', (channels: number) => `module.exports = { limits: { channels: ${channels} } };`],
    ['common.js', (channels: number) => `module.exports = { limits: { channels: ${channels} } };`],
    ['c.json', (channels: number) => `{ "limits": { "channels": ${channels} } }`],
    ['c.yaml', (channels: number) => `limits: { channels: ${channels} }`],
  ])('%s gives what it says now, even where its time of change tells nothing', async (name, saying) => {
    using at = folder();
    for (const channels of [1, 2, 3, 2]) {
      utimesSync(at.write(name, saying(channels)), 1, 1);
      expect((await loadConfigFile(name, at.path))?.limits.channels).toBe(channels);
    }
  });

  test('finds a mistake that was made meanwhile, and the mended file', async () => {
    using at = folder();
    for (const [content, code] of [
      [esm, undefined],
      ['export default {', 'SCR_CONFIG_BROKEN'],
      [esm, undefined],
    ] as const) {
      at.write('c.mjs', content);
      const failure: unknown = await loadConfigFile('c.mjs', at.path).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect((failure as { code?: string } | undefined)?.code).toBe(code);
    }
  });
});
