import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the project. */
export const top = fileURLToPath(new URL('../../../', import.meta.url));

/** The text of a file, by its path from the top. */
export function read(path: string): string {
  return readFileSync(join(top, path), 'utf8');
}

/** Files below a folder, by their paths from the top. */
export function filesBelow(folder: string, suffix: string): string[] {
  const entries = readdirSync(join(top, folder), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(suffix));
  return files.map((entry) => relative(top, join(entry.parentPath, entry.name))).sort();
}

/** Every page that users and authors of plugins read. */
export const pages = ['README.md', 'CHANGELOG.md', ...filesBelow('docs', '.md'), ...filesBelow('plugins', '.md')];

/** A fenced block of a page. */
export interface Block {
  /** The language, and what stands behind it. */
  readonly info: string;
  readonly text: string;
}

export function blocksOf(page: string): Block[] {
  const found = read(page).matchAll(/^```(\S.*)\n([^]*?)^```$/gm);
  return [...found].map(([, info = '', text = '']) => ({ info, text }));
}

/** The part of a page below a heading, up to the next heading of the same level or above. @throws Error when there is none */
export function section(text: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no heading ${heading}`);
  const isEnd = (line: string): boolean => new RegExp(`^#{1,${level}} `).test(line);
  const length = lines.slice(start + 1).findIndex(isEnd);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** The texts of all headings of a level. */
export function headings(text: string, level: number): string[] {
  const withoutCode = text.replace(/^```[^]*?^```$/gm, '');
  return [...withoutCode.matchAll(new RegExp(`^#{${level}} (.+)$`, 'gm'))].map(([, title = '']) => title);
}

/** The rows of every table, without heads and rulers; a row is its cells. */
export function rowsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const rows = lines.map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
  return rows.filter((row, index) => !isRuler(row) && !isRuler(rows[index + 1] ?? []));
}

function isRuler(row: readonly string[]): boolean {
  return row.length > 0 && row.every((cell) => /^:?-+:?$/.test(cell));
}

/** A cell without the marks of code and the escapes of tables. */
export function plain(cell: string): string {
  return cell.replaceAll('`', '').replaceAll('\\|', '|');
}

/** The words of a command up to a pipe, as a shell has them; what another command would put in is any name. */
export function wordsOf(line: string): string[] {
  const words: string[] = line.replace(/"\$\(.*\)"/, 'a,b').match(/'[^']*'|\S+/g) ?? [];
  const end = words.indexOf('|');
  return words.slice(0, end < 0 ? undefined : end).map((word) => word.replace(/^'(.*)'$/, '$1'));
}
