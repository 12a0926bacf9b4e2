import type { VantagePoint } from '../../client/index.js';
import { inUtc } from '../fleet/time.js';
import { inOneLine } from '../printable.js';

/** The columns of the list. */
const columns: readonly [title: string, text: (vp: VantagePoint) => string][] = [
  ['NAME', ({ name }) => name],
  ['ADDRESS', ({ address = '' }) => address],
  ['STATE', ({ state }) => state],
  ['SINCE', ({ since }) => (since === undefined ? '' : inUtc(since))],
  ['PLACE', ({ place, st, cc }) => [place, st, cc].filter((part) => part !== undefined).join(', ')],
  ['ASN', ({ asn4, asn6 }) => [...new Set([asn4, asn6])].flatMap((asn) => asn ?? []).join('/')],
  ['TAGS', ({ tags }) => tags.join(',')],
];

/** What the list says of a VP; `-` for what is not known. */
export function cellsOf(vp: VantagePoint): string[] {
  return columns.map(([, text]) => inOneLine(text(vp)) || '-');
}

/** The head of the list. */
export const titles = columns.map(([title]) => title);

/** Makes lines of which each cell is at least as wide as those here. */
export function linesLike(rows: readonly (readonly string[])[]): (cells: readonly string[]) => string {
  const lengths = (column: number): number[] => rows.map((cells) => cells[column]?.length ?? 0);
  const widths = titles.map((_title, column) => lengths(column).reduce((a, b) => Math.max(a, b), 0));
  return (cells) =>
    `${cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`;
}
