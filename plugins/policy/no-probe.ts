import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ScrError, reasonOf } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { Prefixes } from './prefixes.js';

/** Mistakes told at once, and how much of each. */
const MOST_TOLD = 5;
const LONGEST_TOLD = 100;

/** Whom nobody may probe. */
export interface NoProbe {
  readonly prefixes: Prefixes;
  /** Of the file, to tell which list was in force. */
  readonly sha256: string;
}

/**
 * Reads a list: one prefix or address a line, `#` begins a comment.
 * @throws ScrError SCR_POLICY_LIST, SCR_POLICY_LIST_BROKEN, SCR_POLICY_LIST_EMPTY
 */
export async function readNoProbe(path: string): Promise<NoProbe> {
  const text = await read(path);
  const prefixes = new Prefixes();
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const mistakes = lines.flatMap((line, index) => {
    const mistake = add(prefixes, line);
    return mistake === undefined ? [] : [`line ${index + 1}: ${mistake}`];
  });
  if (mistakes.length > 0) throw new ScrError(errors.SCR_POLICY_LIST_BROKEN, `${path}, ${some(mistakes)}`);
  if (prefixes.size === 0) throw new ScrError(errors.SCR_POLICY_LIST_EMPTY, path);
  return { prefixes, sha256: createHash('sha256').update(text).digest('hex') };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ScrError(errors.SCR_POLICY_LIST, path, { cause });
  }
}

/** @returns what is wrong with the line, if anything is */
function add(prefixes: Prefixes, line: string): string | undefined {
  const content = line.replace(/#.*$/, '').trim();
  try {
    if (content !== '') prefixes.add(content);
    return undefined;
  } catch (mistake) {
    return reasonOf(mistake).slice(0, LONGEST_TOLD);
  }
}

function some(mistakes: readonly string[]): string {
  const more = mistakes.length - MOST_TOLD;
  return [...mistakes.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
