import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type PluginEntry, PLUGIN_API } from '../../../core/contract/plugin.js';
import { ConfigurationError, loadPlugins } from '../../../core/plugins/load.js';
import { definePlugin } from '../../../plugin-sdk/index.js';
import { type Folder, esmPackage, folder, pluginSource } from '../support/folder.js';
import { plugin } from '../support/plugins.js';

async function problemsWith(entries: readonly unknown[], at?: Folder): Promise<readonly string[]> {
  const options = { builtins: {}, directory: at?.path ?? '/', label: 'sc.js' };
  const { problems } = await loadPlugins(entries as PluginEntry[], options);
  const failure = new ConfigurationError(problems);
  expect(failure).toMatchObject({ code: 'SCR_CONFIG_INVALID', problems });
  for (const problem of problems) expect(failure.message).toContain(problem);
  return problems;
}

describe('a plugin that cannot be found', () => {
  test.each([
    ['./nowhere.js', 'as a file'],
    ['/nowhere/at/all.js', 'as an absolute path'],
    ['nowhere', 'as a package'],
    ['@me/nowhere', 'as a scoped package'],
  ])('%s %s is SCR_PLUGIN_NOT_FOUND', async (which) => {
    using at = folder();
    const [problem, ...others] = await problemsWith([which], at);
    expect(problem).toMatch(/^sc\.js: SCR_PLUGIN_NOT_FOUND: /);
    expect(problem).toContain(`: ${which}: no such plugin`);
    expect(problem).toContain('; check the name');
    expect(problem).not.toContain('sc-remoted.config.js'); // which need not be there
    expect(others).toEqual([]);
  });

  test.each([
    ['exports point to a file that is not there', { exports: './nowhere.js' }, 'nowhere.js'],
    ['main is not there', { main: './nowhere.js' }, '/sc-remoted-plugin-geo/'],
    ['exports do not name the package itself', { exports: { './x': './x.js' } }, 'exports'],
    ['manifest is broken', undefined, 'package.json'],
  ])('is told apart from one whose %s: SCR_PLUGIN_LOAD', async (_what, manifest, reason) => {
    const content = manifest === undefined ? '{' : JSON.stringify({ name: 'sc-remoted-plugin-geo', ...manifest });
    using at = folder({ 'node_modules/sc-remoted-plugin-geo/package.json': content });
    const [problem] = await problemsWith(['geo'], at);
    expect(problem).toMatch(/^sc\.js: SCR_PLUGIN_LOAD: geo: the plugin cannot be loaded \(/);
    expect(problem).toContain(reason);
  });

  test('and of one that does not find sc-remoted it is told what to do', async () => {
    using at = folder({ 'mine.mjs': `import 'sc-remoted/plugin-sdk';\n${pluginSource('mine')}` });
    const [problem] = await problemsWith(['./mine.mjs'], at);
    expect(problem).toMatch(/^sc\.js: SCR_PLUGIN_LOAD: .*'sc-remoted.*; npm install sc-remoted beside it\); /);
  });

  test('is told apart from one that lacks something it imports', async () => {
    using at = folder({
      'mine.js': `import 'sc-remoted-no-such-thing';\n${pluginSource('mine')}`,
      ...esmPackage('.', 'sc-remoted-plugin-lacking', `import './missing.js';\n${pluginSource('lacking')}`),
    });
    const problems = await problemsWith(['./mine.js', 'lacking'], at);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(
      /^sc\.js: SCR_PLUGIN_LOAD: \.\/mine\.js: the plugin cannot be loaded \(.*no-such-thing.*\); /,
    );
    expect(problems[1]).toMatch(/^sc\.js: SCR_PLUGIN_LOAD: lacking: the plugin cannot be loaded \(.*missing\.js.*\); /);
  });
});

describe('a plugin that cannot be loaded is SCR_PLUGIN_LOAD', () => {
  test.each([
    ['a mistake in its syntax', 'export default {', ''],
    ['a throw at its top', `throw new Error('no\\n  licence');`, '/mine.mjs:1: no licence)'],
  ])('for %s', async (_what, source, reason) => {
    using at = folder({ 'mine.mjs': source });
    const [problem] = await problemsWith(['./mine.mjs'], at);
    expect(problem).toMatch(/^sc\.js: SCR_PLUGIN_LOAD: \.\/mine\.mjs: the plugin cannot be loaded \(/);
    expect(problem).toContain(reason);
    expect(problem).not.toContain('\n');
  });
});

test('a plugin that never finishes loading is SCR_PLUGIN_LOAD, after 10 s', async () => {
  using at = folder({ 'mine.mjs': `await new Promise(() => {});\n${pluginSource('mine')}` });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const problems = problemsWith(['./mine.mjs'], at);
  vi.advanceTimersByTime(10_000);
  expect(await problems).toEqual([
    'sc.js: SCR_PLUGIN_LOAD: ./mine.mjs: the plugin cannot be loaded (it had not finished loading after 10 s); ' +
      'fix the plugin, or take it out of the configuration',
  ]);
});

describe('something that is no plugin is SCR_PLUGIN_SHAPE', () => {
  const badName = 'is not of lower-case letters, digits and -, a letter first';
  const right = { name: 'mine', api: PLUGIN_API, schema: { type: 'object' }, setup: () => undefined };

  test.each([
    ['nothing', undefined, 'it is undefined'],
    ['null', null, 'it is null'],
    ['a number', 7, 'it is a number'],
    ['a function', () => right, 'it is a function'],
    ['an object without setup', { ...right, setup: undefined }, 'mine has no function setup'],
    ['an object without schema', { ...right, schema: undefined }, 'mine has no schema that is an object'],
    ['an object with a schema that is none', { ...right, schema: true }, 'mine has no schema that is an object'],
    ['a name with capitals', { ...right, name: 'Mine' }, `its name "Mine" ${badName}`],
    ['a name with a path in it', { ...right, name: '../mine' }, `its name "../mine" ${badName}`],
    ['a name that is empty', { ...right, name: '' }, `its name "" ${badName}`],
    ['a name that is no text', { ...right, name: 7 }, 'it has no name'],
    ['an empty list', [], 'it is undefined'],
  ])('%s: told with what is wrong', async (_what, entry, why) => {
    expect(await problemsWith([entry])).toEqual([
      `sc.js: SCR_PLUGIN_SHAPE: an object: this is not a plugin (${why}); its default export must be made with definePlugin`,
    ]);
  });

  test('options without brackets of their own, told with how to write them', async () => {
    using at = folder({ 'mine.mjs': pluginSource('mine') });
    expect(await problemsWith(['./mine.mjs', { time: 5 }], at)).toEqual([
      "sc.js: SCR_PLUGIN_SHAPE: an object behind './mine.mjs': this is not a plugin " +
        "(options stand in brackets with their plugin: write ['./mine.mjs', { … }]); " +
        'its default export must be made with definePlugin',
    ]);
  });

  test.each([
    ['no default export', 'export const plugin = 1;', 'it is undefined'],
    ['a default export that is none', 'export default () => undefined;', 'it is a function'],
  ])('a module with %s', async (_what, source, why) => {
    using at = folder({ 'mine.mjs': source });
    expect(await problemsWith(['./mine.mjs'], at)).toEqual([
      `sc.js: SCR_PLUGIN_SHAPE: ./mine.mjs: this is not a plugin (${why}); its default export must be made with definePlugin`,
    ]);
  });

  test.each(['mine', '@me/mine', 'a', 'a-1'])('but the name %s is a good one', async (name) => {
    const { plugins } = await loadPlugins([{ ...right, name }], { builtins: {}, directory: '/', label: 'sc.js' });
    expect(plugins[0]?.plugin.name).toBe(name);
  });
});

describe('other reasons to refuse a plugin', () => {
  test.each([PLUGIN_API + 1, 0, undefined, '1'])('made for API %s: SCR_PLUGIN_API', async (api) => {
    const mine = { ...plugin('mine', () => undefined), api };
    expect(await problemsWith([mine])).toEqual([
      `sc.js: SCR_PLUGIN_API: an object: made for API ${String(api)}, this is 1: ` +
        'the plugin was made for another version of the plugin API; install a matching version of the plugin',
    ]);
  });

  test('listed twice: SCR_PLUGIN_TWICE', async () => {
    using at = folder({ 'mine.js': pluginSource('mine') });
    expect(await problemsWith(['./mine.js', './mine.js'], at)).toEqual([
      'sc.js: SCR_PLUGIN_TWICE: mine: the plugin is listed twice; list each plugin once; two plugins need two names',
    ]);
  });

  test('of the name of another one: SCR_PLUGIN_TWICE, with where both come from', async () => {
    using at = folder({ 'mine.js': pluginSource('mine') });
    const [problem] = await problemsWith(['./mine.js', plugin('mine', () => undefined)], at);
    const source = pathToFileURL(join(at.path, 'mine.js')).href;
    expect(problem).toContain(`SCR_PLUGIN_TWICE: mine (${source}; given as an object): the plugin is listed twice; `);
  });

  test.each([
    ['a type that does not exist', { type: 'object', properties: { a: { type: 'text' } } }],
    ['a keyword that does not exist', { type: 'object', propertys: {} }],
    ['a format that is not known', { type: 'object', properties: { a: { type: 'string', format: 'phone' } } }],
  ] as const)('whose schema has %s: SCR_PLUGIN_SCHEMA', async (_what, schema) => {
    const mine = definePlugin({ name: 'mine', schema, setup: () => undefined });
    const [problem] = await problemsWith([mine]);
    expect(problem).toMatch(
      /^sc\.js: SCR_PLUGIN_SCHEMA: mine: the plugin's schema is not a valid JSON Schema, or its own defaults do not fit it \(.+\); tell the author of the plugin$/,
    );
  });

  test.each([
    ['an option', { a: { type: 'integer', default: 'x' } }, {}, 'a: expected integer'],
    ['an option set to undefined', { a: { type: 'integer', default: 'x' } }, { a: undefined }, 'a: expected integer'],
    [
      'an option within one',
      { 'o/~': { type: 'object', properties: { a: { type: 'integer', default: 'x' } } } },
      { 'o/~': {} },
      'a: expected integer',
    ],
    [
      'a whole object',
      { o: { type: 'object', required: ['a'], properties: { a: {} }, default: {} } },
      undefined,
      'o.a: missing',
    ],
  ] as const)('whose default of %s does not fit: SCR_PLUGIN_SCHEMA', async (_what, properties, given, why) => {
    const mine = definePlugin({ name: 'mine', schema: { type: 'object', properties }, setup: () => undefined });
    const [problem, ...others] = await problemsWith([[mine, given]]);
    expect(problem).toMatch(/^sc\.js: SCR_PLUGIN_SCHEMA: mine: .*\(its own default does not fit: /);
    expect(problem).toContain(`${why}); tell the author`);
    expect(others).toEqual([]);
  });

  test('whose default is good and the option given is not: a mistake of the configuration', async () => {
    const properties = {
      a: { type: 'integer', default: 1 },
      o: { type: 'object', required: ['b'], properties: { b: {} } },
    } as const;
    const mine = definePlugin({ name: 'mine', schema: { type: 'object', properties }, setup: () => undefined });
    expect(await problemsWith([[mine, { a: null, o: {} }]])).toEqual([
      'sc.js: plugin mine: a: expected integer',
      'sc.js: plugin mine: o.b: missing',
    ]);
  });

  test('an entry with more than a plugin and its options is refused', async () => {
    const [problem] = await problemsWith([[plugin('mine', () => undefined), {}, {}]]);
    expect(problem).toMatch(/^sc\.js: /);
  });
});

test('all mistakes of all plugins are told at once, in their order', async () => {
  const schema = { type: 'object', properties: { port: { type: 'integer' } } } as const;
  const strict = definePlugin({ name: 'strict', schema, setup: () => undefined });
  const problems = await problemsWith([
    [strict, { port: 'x', prot: 1 }],
    './nowhere.js',
    [strict, { port: true }],
    null,
  ]);
  expect(problems.map((problem) => problem.slice(0, 50))).toEqual(
    [
      'sc.js: plugin strict: prot: unknown option; known are port',
      'sc.js: plugin strict: port: expected integer',
      'sc.js: SCR_PLUGIN_NOT_FOUND: ./nowhere.js: no such plugin',
      'sc.js: plugin strict: port: expected integer',
      'sc.js: SCR_PLUGIN_TWICE: strict: the plugin is listed twice',
      'sc.js: SCR_PLUGIN_SHAPE: an object: this is not a plugin',
    ].map((problem) => problem.slice(0, 50)),
  );
});
