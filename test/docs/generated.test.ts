import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultPlugins } from '../../plugins/index.js';
import { commandParts } from './generated/commands.js';
import { configurationParts } from './generated/configuration.js';
import { errorParts } from './generated/errors.js';
import { linkedHooks, namedHooks } from './generated/hooks.js';
import { limitParts } from './generated/limits.js';
import { optionParts } from './generated/options.js';
import { roomParts } from './generated/rooms.js';
import { serviceParts } from './generated/service.js';
import { type Parts, generate } from './support/generate.js';
import { top } from './support/pages.js';
import { catalogues } from './support/sources.js';

/** What is between marks in these pages comes from the source; `npm run docs` writes it, by this very test. */
const pages: readonly (readonly [page: string, parts: () => Parts | Promise<Parts>])[] = [
  ['docs/errors.md', errorParts],
  ['docs/limits.md', limitParts],
  ['docs/operations.md', serviceParts],
  ['docs/sc_remoted.1.md', commandParts],
  ['docs/sc-remoted-config.5.md', configurationParts],
  ['docs/architecture.md', () => new Map([...namedHooks(), ...roomParts()])],
  ['docs/plugins/hooks.md', linkedHooks],
  ...Object.entries(defaultPlugins).map(
    ([name, { load }]) =>
      [`plugins/${name}/README.md`, async () => optionParts((await load()).default.schema)] as const,
  ),
];

test.each(pages)(
  '%s says what the source says (if not: npm run docs)',
  async (page, parts) => {
    await expect(await generate(page, await parts())).toMatchFileSnapshot(join(top, page));
  },
  60_000,
);

test('no two errors have the same code', () => {
  const codes = catalogues().map(({ code }) => code);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

test('a page and a source with different parts are found out', async () => {
  await expect(generate('docs/limits.md', new Map([['hooks', '']]))).rejects.toThrow(
    'docs/limits.md has marks for limits',
  );
});

test('the options of items of lists are told behind those of the plugin, and once', () => {
  const match = { type: 'string', description: 'a | b' };
  const schema = {
    properties: {
      on: { enum: [1, 2], default: 1 },
      rules: { items: { required: ['match'], properties: { match, on: {} } } },
    },
  };
  expect(optionParts(schema).get('options')?.split('\n').slice(2)).toEqual([
    '| `on` | `1`, `2` | `1` |  |',
    '| `rules` |  | none |  |',
    '| `match` | text | required in each of `rules` | a \\| b |',
  ]);
});
