import { afterEach, expect, test, vi } from 'vitest';
import { parseFlags, tailorings } from '../../cli/flags.js';
import { headings, plain, read, rowsOf, section } from './support/pages.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The flags as `--help` shows them: `-P, --port <[ip:]port>`. */
function flagsInHelp(): string[] {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  expect(parseFlags(['--help'])).toBe(0);
  const lines = printed.join('').split('\n');
  const flags = lines.map((line) => /^ {2}(-\S.*?)(?: {2,}|$)/.exec(line)?.[1]);
  return flags.filter((flag) => flag !== undefined).sort();
}

test('the README lists every flag, and no other', () => {
  const rows = rowsOf(section(read('README.md'), '## Flags'));
  expect(rows.map(([flag = '']) => plain(flag)).sort()).toEqual(flagsInHelp());
});

test('the manual page lists every flag, and no other', () => {
  const described = headings(section(read('docs/sc_remoted.1.md'), '## Options'), 3);
  expect(described.map(plain).sort()).toEqual(flagsInHelp());
});

test('both name every option of -O', () => {
  const rows = rowsOf(section(read('docs/sc_remoted.1.md'), '### `-O, --tailor <option>`'));
  expect(rows.map(([option = '']) => plain(option)).sort()).toEqual([...tailorings].sort());
  const readme = section(read('README.md'), '## Flags');
  expect(tailorings.filter((option) => !readme.includes(`\`${option}\``))).toEqual([]);
});
