import { figures as catalogue } from './figures.js';
import type { Figures } from './plan.js';
import type { Ratio, Row, Summary } from './summary.js';

/** Lines of a table, the first column left, the others right. */
function align(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function columnsOf(rows: readonly Row[]): string[] {
  return Object.keys(catalogue).filter((name) => rows.some(({ median }) => median[name] !== undefined));
}

function cells(figures: Figures, columns: readonly string[], show: (value: number, name: string) => string): string[] {
  return columns.map((name) => {
    const value = figures[name];
    return value === undefined ? '–' : show(value, name);
  });
}

function problemOf({ outcomes }: Row): string | undefined {
  return outcomes.find(({ problem }) => problem !== undefined)?.problem;
}

/** What stands below the table: who failed, and how often. */
function notes(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    const problem = problemOf(row);
    const failures = row.outcomes.filter((outcome) => outcome.problem !== undefined).length;
    return problem === undefined
      ? []
      : [`  ! ${row.contestant.label} failed ${failures} of ${row.outcomes.length} times: ${problem}`];
  });
}

/** A case as people read it: medians, then ratios. */
export function render({ measured, rows, ratios }: Summary): string {
  const columns = columnsOf(rows);
  const titles = columns.map((name) => catalogue[name]?.title ?? name);
  const measuredRow = ({ contestant, median }: Row): string[] => [
    `  ${contestant.label}`,
    ...cells(median, columns, (value, name) => value.toFixed(catalogue[name]?.digits ?? 2)),
  ];
  const ratioRow = ({ label, figures }: Ratio): string[] => [
    `  ${label}`,
    ...cells(figures, columns, (value) => `${value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}×`),
  ];
  const shown = ratios.filter(({ figures }) => Object.keys(figures).length > 0);
  const lines = align([['', ...titles], ...rows.map(measuredRow), ...shown.map(ratioRow)]);
  return [`${measured.name}: ${measured.title}`, ...lines, ...notes(rows), ''].join('\n');
}

/** What the columns mean. */
export function legend(): string {
  return Object.values(catalogue)
    .map(({ title, meaning }) => `  ${title.padEnd(16)}${meaning}`)
    .join('\n');
}
