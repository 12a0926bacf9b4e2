import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfigFile } from '../../config/file.js';
import { tellingAll } from '../../config/problems.js';
import { defaultLimits } from '../../core/contract/limits.js';
import { type Controller, createController } from '../../index.js';
import { blocksOf, pages, read, top } from './support/pages.js';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sc-remoted-docs-'));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  // What some examples name.
  const plugin = "{ name: 'known-vps', api: 1, schema: { properties: { names: { type: 'array' } } }, setup() {} }";
  mkdirSync(join(directory, 'known-vps'));
  for (const file of ['known-vps.js', 'known-vps/index.js'])
    writeFileSync(join(directory, file), `export default ${plugin};`);
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Does all that --check-config does. */
async function check(text: string): Promise<Controller> {
  const file = join(directory, 'sc-remoted.config.js');
  writeFileSync(file, text);
  const config = await loadConfigFile(file, directory);
  if (config === undefined) throw new Error('it is empty');
  const { plugins = [], limits, problems } = config;
  return tellingAll(problems, () => createController({ plugins, limits, directory }));
}

const blocks = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ info }) => info === 'js configuration')
    .map(({ text }, index) => ({ page, number: index + 1, text })),
);

test.each(blocks)('configuration $number in $page is a good one', async ({ text }) => {
  const controller = await check(text);
  expect(controller.plugins).not.toEqual([]);
});

test('there are such configurations', () => {
  expect(blocks.length).toBeGreaterThan(8);
});

const shipped = read('sc-remoted.config.js');

/** The options in effect, by plugin. */
function optionsOf({ plugins }: Controller): Record<string, unknown> {
  return Object.fromEntries(plugins.map(({ name, options }) => [name, options]));
}

test('the configuration at the top is the default one', async () => {
  const controller = await check(shipped);
  const defaults = await createController({ plugins: ['tcp', 'unix-export', 'access', 'zombie'], directory: top });
  expect(optionsOf(controller)).toEqual(optionsOf(defaults));
  expect(controller.limits).toEqual(defaultLimits);
});

test('what is commented out in it is right', async () => {
  const uncommented = shipped.replace(/^( *)\/\/ (\['tls'|\['metadata'|limits: \{|\},$| {2}\w+: [\d_]+,)/gm, '$1$2');
  expect(uncommented).toContain("\n    ['tls', {");
  expect(uncommented).toContain("\n    ['metadata', {");
  expect(uncommented).toContain('\n  limits: {');
  const controller = await check(uncommented);
  expect(controller.limits).toEqual(defaultLimits);
  const spelledOut = [...uncommented.matchAll(/^ {4}(\w+): [\d_]+,/gm)].map(([, limit]) => limit);
  expect(spelledOut).toEqual(Object.keys(defaultLimits));
  expect(controller.plugins.map(({ name }) => name)).toEqual([
    'tcp',
    'tls',
    'metadata',
    'unix-export',
    'access',
    'zombie',
  ]);
});
