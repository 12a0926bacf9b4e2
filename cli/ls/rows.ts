import { inUtc } from '../fleet/time.js';
import { inOneLine } from '../printable.js';
import type { Listed } from './listed.js';

/** The columns of the list. */
const columns: readonly [title: string, text: (vp: Listed) => string][] = [
  ['NAME', ({ name }) => name],
  ['ADDRESS', ({ address = '' }) => address],
  ['STATE', ({ state }) => state],
  ['SINCE', ({ since }) => (since === undefined ? '' : inUtc(since))],
  ['PLACE', ({ place, st, cc }) => [place, st, cc].filter((part) => part !== undefined).join(', ')],
  ['ASN', ({ asn4, asn6 }) => [...new Set([asn4, asn6])].flatMap((asn) => asn ?? []).join('/')],
  ['TAGS', ({ tags }) => tags.join(',')],
];

/** Behind the others where something is to be said. */
const why: (typeof columns)[number] = [
  'WHY',
  ({ state, reason }) => (state === 'connected' ? '' : (reason?.code ?? '')),
];

/** The list, as it is laid out. */
export interface Layout {
  readonly titles: readonly string[];
  /** What the list says of a VP; `-` for what is not known. */
  readonly cellsOf: (vp: Listed) => string[];
}

/** Has a column only where it says something of one of these. */
export function layoutFor(vps: readonly Listed[]): Layout {
  const shown = vps.some((vp) => why[1](vp) !== '') ? [...columns, why] : columns;
  return {
    titles: shown.map(([title]) => title),
    cellsOf: (vp) => shown.map(([, text]) => inOneLine(text(vp)) || '-'),
  };
}

/** Makes lines of which each cell is at least as wide as those here. */
export function linesLike(rows: readonly (readonly string[])[]): (cells: readonly string[]) => string {
  const lengths = (column: number): number[] => rows.map((cells) => cells[column]?.length ?? 0);
  const [head = []] = rows;
  const widths = head.map((_title, column) => lengths(column).reduce((a, b) => Math.max(a, b), 0));
  return (cells) =>
    `${cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`;
}
