import { expect, test } from 'vitest';
import { defaultPlugins } from '../../plugins/index.js';
import { plain, read, rowsOf, section } from './support/pages.js';

interface Property {
  readonly default?: unknown;
  readonly items?: { readonly properties?: object };
}

/** The options of a schema, those of the items of lists as well. */
function optionsIn(properties: object): Map<string, Property> {
  const own = Object.entries(properties) as [string, Property][];
  const nested = own.flatMap(([, { items }]) => [...optionsIn(items?.properties ?? {})]);
  return new Map([...nested, ...own]);
}

const plugins = Object.entries(defaultPlugins).map(([name, load]) => ({ name, load }));

test.each(plugins)('the README of $name has a row for each option, with its default', async ({ name, load }) => {
  const { schema } = (await load()).default;
  const options = optionsIn(schema.properties);
  const rows = new Map(
    rowsOf(section(read(`plugins/${name}/README.md`), '## Options')).map((cells) => [plain(cells[0] ?? ''), cells]),
  );
  expect([...rows.keys()].sort()).toEqual([...options.keys()].sort());
  for (const [option, property] of options) {
    if (property.default === undefined) continue;
    const told = typeof property.default === 'string' ? property.default : JSON.stringify(property.default);
    expect([option, plain(rows.get(option)?.[2] ?? '')]).toEqual([option, told]);
  }
});

test.each(plugins)('the README of $name has an example and its errors', ({ name }) => {
  const text = read(`plugins/${name}/README.md`);
  expect(section(text, '## Example')).toContain('```js configuration');
  expect(section(text, '## Errors')).toContain('docs/errors.md#scr_');
});
