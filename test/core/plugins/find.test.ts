import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { PluginEntry } from '../../../core/contract/plugin.js';
import { type LoadedPlugin, loadPlugins } from '../../../core/plugins/load.js';
import { esmPackage, folder, pluginSource } from '../support/folder.js';
import { plugin } from '../support/plugins.js';

const tcp = plugin('tcp', () => undefined);
const builtins = { tcp: { load: () => Promise.resolve({ default: tcp }) } };

async function load(directory: string, ...entries: PluginEntry[]): Promise<readonly LoadedPlugin[]> {
  const { plugins, problems } = await loadPlugins(entries, { builtins, directory, label: 'sc.js' });
  expect(problems).toEqual([]);
  return plugins;
}

async function found(directory: string, ...entries: PluginEntry[]): Promise<string[]> {
  return (await load(directory, ...entries)).map(({ plugin: { name }, source }) => `${name} from ${source}`);
}

const url = (...parts: string[]): string => pathToFileURL(join(...parts)).href;

describe('a plugin is found', () => {
  test('as a file beside the configuration, whatever the working directory', async () => {
    using at = folder({ 'etc/mine.js': pluginSource('mine'), 'lib/other one%.mjs': pluginSource('other') });
    expect(await found(join(at.path, 'etc'), './mine.js', '../lib/other one%.mjs')).toEqual([
      `mine from ${url(at.path, 'etc/mine.js')}`,
      `other from ${url(at.path, 'lib/other one%.mjs')}`,
    ]);
  });

  test('as a file with an absolute path', async () => {
    using at = folder({ 'mine.mjs': pluginSource('mine') });
    const path = join(at.path, 'mine.mjs');
    expect(await found('/', path)).toEqual([`mine from ${pathToFileURL(path).href}`]);
  });

  test('as a CommonJS file', async () => {
    using at = folder({ 'mine.cjs': pluginSource('mine').replace('export default', 'module.exports =') });
    expect(await found(at.path, './mine.cjs')).toEqual([`mine from ${url(at.path, 'mine.cjs')}`]);
  });

  test.each(['geo', 'sc-remoted-plugin-geo'])('as an npm package by %s, also where it is ESM only', async (which) => {
    using at = folder(esmPackage('.', 'sc-remoted-plugin-geo', pluginSource('geo')));
    expect(await found(at.path, which)).toEqual([
      `geo from ${url(at.path, 'node_modules/sc-remoted-plugin-geo/lib/main.js')}`,
    ]);
  });

  test('as a scoped npm package by its whole name', async () => {
    using at = folder({
      ...esmPackage('.', '@me/sc-remoted-plugin-geo', pluginSource('@me/geo')),
      ...esmPackage('.', '@me/other', pluginSource('other')),
    });
    expect(await found(at.path, '@me/sc-remoted-plugin-geo', '@me/other')).toEqual([
      `@me/geo from ${url(at.path, 'node_modules/@me/sc-remoted-plugin-geo/lib/main.js')}`,
      `other from ${url(at.path, 'node_modules/@me/other/lib/main.js')}`,
    ]);
  });

  test('in node_modules of a folder above', async () => {
    using at = folder(esmPackage('.', 'sc-remoted-plugin-geo', pluginSource('geo')));
    expect(await found(join(at.path, 'deep', 'down'), 'geo')).toHaveLength(1);
  });

  test('among the default ones by its name, before any package', async () => {
    using at = folder(esmPackage('.', 'sc-remoted-plugin-tcp', pluginSource('impostor')));
    expect(await found(at.path, 'tcp')).toEqual(['tcp from built in']);
  });

  test('when it is the object itself', async () => {
    const mine = plugin('mine', () => undefined);
    const [loaded] = await load('/', mine);
    expect(loaded).toMatchObject({ plugin: mine, source: 'given as an object', options: {} });
  });

  test('in a tuple with its options, or without', async () => {
    using at = folder({
      'mine.js': pluginSource('mine', 'version: "2"').replace("type: 'object'", 'properties: { a: {} }'),
    });
    const loaded = await load(at.path, ['./mine.js', { a: [1] }], ['tcp'], [plugin('obj', () => undefined), {}]);
    expect(loaded.map(({ plugin: { name }, options }) => [name, options])).toEqual([
      ['mine', { a: [1] }],
      ['tcp', {}],
      ['obj', {}],
    ]);
  });
});
