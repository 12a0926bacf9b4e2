import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { defaultPlugins } from '../../plugins/index.js';

const entries = readdirSync(fileURLToPath(new URL('../../plugins', import.meta.url)), { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

test('each folder of a plugin has its line in the table, and none is there without', () => {
  expect(Object.keys(defaultPlugins).sort()).toEqual(folders.sort());
});

test.each(Object.entries(defaultPlugins))(
  '%s goes by that name, and the flags set options that it has',
  async (name, line) => {
    const { default: plugin } = await line.load();
    expect(plugin.name).toBe(name);
    expect(Object.keys(plugin.schema.properties)).toEqual(
      expect.arrayContaining(Object.keys('flags' in line ? line.flags : {})),
    );
  },
);
