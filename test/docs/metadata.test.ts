import { expect, test } from 'vitest';
import { FILE_LIMIT, VALUE_LIMIT, VP_LIMIT, VP_VALUES_LIMIT, YAML_LIMIT } from '../../plugins/metadata/limits.js';
import { knowing, mistakesIn } from '../plugins/metadata/support.js';
import { blocksOf, plain, read, rowsOf, section } from './support/pages.js';

const page = 'docs/metadata.md';
const forms = blocksOf(page).filter(({ info }) => info.endsWith(' metadata'));

/** All that one of the shown files says. */
async function saidBy({ info, text }: (typeof forms)[number]): Promise<unknown> {
  const file = `vps.${info.split(' ')[0] ?? ''}`;
  const known = await knowing(text, { file });
  expect(mistakesIn(known)).toEqual([]);
  return known.names().map((name) => [name, known.of(name)]);
}

test('the three forms that are shown say the same', async () => {
  expect(forms.map(({ info }) => info)).toEqual(['text metadata', 'yaml metadata', 'json metadata']);
  const [lines, yaml, json] = await Promise.all(forms.map(saidBy));
  expect(lines).toHaveLength(2);
  expect(yaml).toEqual(lines);
  expect(json).toEqual(lines);
});

test('each attribute that is shown is known, and each that is known is shown', async () => {
  const [lines = { info: '', text: '' }] = forms;
  const known = await knowing(lines.text);
  const { tags, other, ...singles } = known.of('ams-nl') ?? {};
  expect([tags, Object.keys(other ?? {})]).toEqual([['wifi', 'campus'], ['contact']]);
  const told = rowsOf(section(read(page), '### Attributes')).flatMap(([cell = '']) => plain(cell).split(', '));
  expect(told.sort()).toEqual([...Object.keys(singles), 'tag', 'others'].sort());
});

test('a mistake is told as shown', async () => {
  const known = await knowing(`${'\n'.repeat(6)}a latlong 52.3\na cc NL\n`);
  const [mistake] = known.bench.log.of('metadata.mistake');
  expect(section(read(page), '## Mistakes')).toContain(`\n${mistake?.message ?? ''}\n`);
});

const bytes = (count: number): string => `${count.toLocaleString('en-US')} bytes`;

test.each([
  ['a file', bytes(FILE_LIMIT)],
  ['a file of YAML', bytes(YAML_LIMIT)],
  ['VPs in a file', VP_LIMIT.toLocaleString('en-US')],
  ['a value', bytes(VALUE_LIMIT)],
  ['all values of a VP', bytes(VP_VALUES_LIMIT)],
])('the bound on %s is %s', (bound, value) => {
  const rows = rowsOf(section(read('docs/limits.md'), '## Metadata'));
  expect(rows.find(([name]) => name === bound)?.[1]).toMatch(new RegExp(`^${value}`));
});
