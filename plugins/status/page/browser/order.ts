import type { VpReport } from '../../api.js';
import type { Column } from './columns.js';

const { compare } = new Intl.Collator('en', { numeric: true });

/** By a column; among equals by name. What is not known comes last, in either direction. */
export function sorted(
  vps: readonly VpReport[],
  { rank }: Column,
  isDescending: boolean,
  now: number,
): readonly VpReport[] {
  const sign = isDescending ? -1 : 1;
  const ranked = vps.map((vp) => [rank(vp, now), vp] as const);
  ranked.sort(([a, one], [b, other]) => unknownLast(a, b) || sign * byRank(a, b) || compare(one.vp, other.vp));
  return ranked.map(([, vp]) => vp);
}

type Rank = ReturnType<Column['rank']>;

function unknownLast(a: Rank, b: Rank): number {
  return Number(a === undefined) - Number(b === undefined);
}

function byRank(a: Rank, b: Rank): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compare(String(a), String(b));
}
