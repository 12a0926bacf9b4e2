import { format, resolveConfig } from 'prettier';
import { read } from './pages.js';

/** What a page gets from the source: by the name that stands in its marker. */
export type Parts = ReadonlyMap<string, string>;

/**
 * A page with what stands between `<!-- generated: NAME -->` and `<!-- /generated -->` made anew; the rest is written by hand.
 * @throws Error where page and source do not have the same parts
 */
export async function generate(page: string, parts: Parts): Promise<string> {
  const pieces = read(page).split(/(?<=^<!-- generated: .+ -->\n)[^]*?(?=^<!-- \/generated -->$)/m);
  const names = pieces.slice(0, -1).map((piece) => /<!-- generated: (.+) -->\n$/.exec(piece)?.[1] ?? '');
  if (names.sort().join() !== [...parts.keys()].sort().join()) {
    throw new Error(`${page} has marks for ${names.join(', ')}; there is text for ${[...parts.keys()].join(', ')}`);
  }
  const filled = pieces.map(async (piece) => {
    const name = /<!-- generated: (.+) -->\n$/.exec(piece)?.[1];
    return name === undefined ? piece : `${piece}\n${await formatted(parts.get(name) ?? '')}\n`;
  });
  return (await Promise.all(filled)).join('');
}

/** As the formatter wants it, so that it leaves the page alone. */
async function formatted(markdown: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig('docs/x.md')), parser: 'markdown', proseWrap: 'always' });
}

/** A table; a cell may hold `|`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [head, head.map(() => '-'), ...rows].map(line).join('\n');
}
