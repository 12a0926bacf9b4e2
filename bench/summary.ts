import type { Case } from './cases.js';
import type { Contestant } from './contestant.js';
import { figures as catalogue } from './figures.js';
import type { Outcome } from './outcome.js';
import type { Figures } from './plan.js';

/** What one contestant did in a case. */
export interface Row {
  readonly contestant: Contestant;
  /** One for each round. */
  readonly outcomes: readonly Outcome[];
  /** The medians of the rounds that count. */
  readonly median: Figures;
}

/** One figure of a contestant over that of another: the median over rounds, because two neighbours in time saw the same machine. */
export interface Ratio {
  readonly label: string;
  readonly figures: Figures;
}

/** A case, done. */
export interface Summary {
  readonly measured: Case;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** Joins the figures of several rounds by their names. */
function merge(rounds: readonly Figures[]): Figures {
  const names = Object.keys(catalogue).filter((name) => rounds.some((one) => one[name] !== undefined));
  return Object.fromEntries(names.map((name) => [name, median(rounds.flatMap((one) => one[name] ?? []))]));
}

export function rowOf(contestant: Contestant, outcomes: readonly Outcome[]): Row {
  const good = outcomes.filter(({ problem }) => problem === undefined);
  return { contestant, outcomes, median: merge(good.map(({ figures }) => figures)) };
}

function quotient(over: Figures, under: Figures): Figures {
  const names = Object.keys(over).filter((name) => under[name] !== undefined && catalogue[name]?.better !== 'neither');
  const pairs = names.map((name) => [name, (over[name] ?? NaN) / (under[name] ?? NaN)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => Number.isFinite(value)));
}

function ratioOf(over: Row, under: Row): Ratio {
  const rounds = over.outcomes.flatMap((one, round) => {
    const two = under.outcomes[round];
    return two === undefined || one.problem !== undefined || two.problem !== undefined
      ? []
      : [quotient(one.figures, two.figures)];
  });
  return { label: `${over.contestant.label} ÷ ${under.contestant.label}`, figures: merge(rounds) };
}

/** What costs something over what it is added to; sc-remoted over everybody else. */
function ratiosOf([first, ...others]: readonly Row[]): Ratio[] {
  if (first === undefined) return [];
  const extras = ['ours', 'observer'];
  return others.map((row) => (extras.includes(row.contestant.kind) ? ratioOf(row, first) : ratioOf(first, row)));
}

/** The same controller in another case, where cases are meant to be compared. */
function siblingRatio(measured: Case, row: Row | undefined, earlier: readonly Summary[]): Ratio[] {
  const sibling = earlier.find((summary) => summary.measured.name === measured.sibling)?.rows[0];
  if (row === undefined || sibling === undefined) return [];
  return [
    {
      label: `${row.contestant.label} ÷ itself in ${measured.sibling ?? ''}`,
      figures: quotient(row.median, sibling.median),
    },
  ];
}

export function summarize(measured: Case, rows: readonly Row[], earlier: readonly Summary[]): Summary {
  return { measured, rows, ratios: [...ratiosOf(rows), ...siblingRatio(measured, rows[0], earlier)] };
}

/** Whether one of our own controllers failed. */
export function weFailed({ rows }: Summary): boolean {
  const ours = ['ours', 'bare', 'observer', 'sockets'];
  return rows.some(
    ({ contestant, outcomes }) =>
      ours.includes(contestant.kind) && outcomes.some(({ problem }) => problem !== undefined),
  );
}
