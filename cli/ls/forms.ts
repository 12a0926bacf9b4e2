import type { Change } from '../../client/index.js';
import { inOneLine, jsonLine } from '../printable.js';
import type { Listed } from './listed.js';
import { layoutFor, linesLike } from './rows.js';

/** How VPs are shown. */
export interface Form {
  /** The list as it is at first. */
  all(): string;
  /** What happened to one later. */
  change(change: Change): string;
}

export interface FormFlags {
  readonly json?: boolean;
  readonly names?: boolean;
  readonly watch?: boolean;
}

export function formOf({ json, names, watch }: FormFlags, vps: readonly Listed[]): Form {
  if (names === true) return asNames(vps);
  if (json === true) return asJson(vps, watch === true);
  return watch === true ? asNews(vps) : asTable(vps);
}

/** The change is the first field; a list that stays one has none. */
function asJson(vps: readonly Listed[], watch: boolean): Form {
  return {
    all: () => vps.map((vp) => jsonLine(watch ? { change: 'listed', ...vp } : vp)).join(''),
    change: ({ type, vp }) => jsonLine({ change: type, ...vp }),
  };
}

function asNames(vps: readonly Listed[]): Form {
  const line = ({ name }: Listed): string => `${inOneLine(name)}\n`;
  return { all: () => vps.map(line).join(''), change: ({ vp }) => line(vp) };
}

function asTable(vps: readonly Listed[]): Form {
  const { titles, cellsOf } = layoutFor(vps);
  const rows = [titles, ...vps.map(cellsOf)];
  const line = linesLike(rows);
  return { all: () => rows.map(line).join(''), change: ({ vp }) => line(cellsOf(vp)) };
}

/** The table, with what happened in front of each line. */
function asNews(vps: readonly Listed[]): Form {
  const { titles, cellsOf } = layoutFor(vps);
  const rows = [titles, ...vps.map(cellsOf)];
  const cells = linesLike(rows);
  const line = (word: string, row: readonly string[]): string => `${word.padEnd(8)} ${cells(row)}`;
  return {
    all: () => rows.map((row, index) => line(index === 0 ? 'CHANGE' : 'listed', row)).join(''),
    change: ({ type, vp }) => line(type, cellsOf(vp)),
  };
}
