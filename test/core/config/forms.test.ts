import { chmodSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfigFile } from '../../../core/config.js';
import { folder } from '../support/folder.js';

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
  limits: { clientBuffer: 262_144, clientStall: 15, instanceBuffer: 1_048_576, channels: 7, handshakes: 4_096 },
};

describe('a configuration file', () => {
  test.each(Object.keys(forms))('%s is found in the folder, and its folder is told', async (name) => {
    using at = folder({ [name]: forms[name] ?? '' });
    const file = join(at.path, name);
    const directory = name.startsWith('.config/') ? join(at.path, '.config') : at.path;
    expect(await loadConfigFile(undefined, at.path)).toEqual({ file, directory, ...everything });
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
  test.each(['nowhere.js', 'folder', 'sc.js/below'])(
    'because %s is not there is SCR_CONFIG_NOT_FOUND',
    async (name) => {
      using at = folder({ 'sc.js': esm });
      mkdirSync(join(at.path, 'folder'));
      await expect(loadConfigFile(name, at.path)).rejects.toMatchObject({
        code: 'SCR_CONFIG_NOT_FOUND',
        message: `${join(at.path, name)}: the configuration file cannot be read`,
      });
    },
  );

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

  test('because of what it says is SCR_CONFIG_INVALID, with all mistakes at once, each with file, path and what was expected', async () => {
    using at = folder({
      'c.json': '{ "plugins": ["tcp", 7, []], "limits": { "channels": "x", "chanels": 1 }, "plugin": 1 }',
    });
    const file = join(at.path, 'c.json');
    await expect(loadConfigFile('c.json', at.path)).rejects.toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      problems: [
        `${file}: plugin: unknown option; known are plugins, limits`,
        `${file}: plugins[1]: expected string or array or object`,
        `${file}: plugins[2]: must NOT have fewer than 1 items`,
        `${file}: limits.chanels: unknown option`,
        `${file}: limits.channels: expected integer`,
      ],
    });
  });

  test.each(['export default [];', 'export default "tcp";', 'export default 7;'])(
    'because it is no object: %s',
    async (content) => {
      using at = folder({ 'c.mjs': content });
      await expect(loadConfigFile('c.mjs', at.path)).rejects.toMatchObject({
        code: 'SCR_CONFIG_INVALID',
        problems: [`${join(at.path, 'c.mjs')}: options: expected object`],
      });
    },
  );
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
