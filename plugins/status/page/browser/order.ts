import type { VpReport } from './reports.js';
import { type Column, byName } from './columns.js';

const collator = new Intl.Collator('en', { numeric: true });

/** As people read names: `vp-9` stands before `vp-10`. */
export const compare = (a: string, b: string): number => collator.compare(a, b);

/** By a column; equals stay in the order of their names. What is not known comes last, in either direction. @param vps in the order of their names */
export function sorted(
  vps: readonly VpReport[],
  column: Column,
  isDescending: boolean,
  now: number,
): readonly VpReport[] {
  if (column === byName) return isDescending ? [...vps].reverse() : vps;
  const sign = isDescending ? -1 : 1;
  const ranked = vps.map((vp) => [column.rank(vp, now), vp] as const);
  ranked.sort(([a], [b]) => unknownLast(a, b) || sign * byRank(a, b));
  return ranked.map(([, vp]) => vp);
}

type Rank = ReturnType<Column['rank']>;

function unknownLast(a: Rank, b: Rank): number {
  return Number(a === undefined) - Number(b === undefined);
}

function byRank(a: Rank, b: Rank): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compare(String(a), String(b));
}
