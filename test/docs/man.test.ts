import { join } from 'node:path';
import { expect, test } from 'vitest';
import { version } from '../../cli/version.js';
import { read, top } from './support/pages.js';
import { manualPage } from './support/roff.js';

const pages = [
  ['man/sc-remoted.1', 'docs/sc_remoted.1.md'],
  ['man/sc-remoted-config.5', 'docs/sc-remoted-config.5.md'],
] as const;

test.each(pages)('%s says what %s says (if not: npm run man)', async (roff, page) => {
  await expect(manualPage(read(page), `sc-remoted ${version}`)).toMatchFileSnapshot(join(top, roff));
});

const made = (markdown: string): string[] => manualPage(`# x(1)\n\n${markdown}`, 'x').split('\n').slice(2, -1);

test('what roff would take for a request, or for its own, is shown as it stands', () => {
  expect(made("## End\n\n.TH is no request\n.nor this, `a\\n-b` don't é")).toEqual([
    '.SH END',
    '\\&.TH is no request',
    '\\&.nor this, \\fBa\\en\\-b\\fR don\\(aqt \\[u00E9]',
  ]);
});

test('a name is told from what it is by the dash that whatis looks for', () => {
  expect(made('## Name\n\nx — a thing')).toEqual(['.SH NAME', 'x \\- a thing']);
});

test('below a heading that is code all is indented, tables are lists', () => {
  expect(
    made(
      '## Options\n\n### `-a`\n\nOne.\n\nTwo.\n\n| A | B | C |\n| - | - | - |\n| a | b | c |\n\n## End\n\n```\n.x\n```',
    ),
  ).toEqual([
    ...['.SH OPTIONS', '.TP', '\\fB\\-a\\fR', 'One.', '.RS', '.PP', 'Two.', '.TP', 'a (b: b)', 'c', '.RE'],
    ...['.SH END', '.RS 4', '.nf', '\\&.x', '.fi', '.RE'],
  ]);
});

test('what the converter does not know is no page', () => {
  expect(() => made('## End\n\n> quoted')).toThrow('no roff for blockquote');
  expect(() => manualPage('## x', 'x')).toThrow('# name(section)');
});
