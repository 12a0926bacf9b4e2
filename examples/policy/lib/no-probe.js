// @ts-check
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ScrError, reasonOf } from 'sc-remoted/plugin-sdk';
import { errors } from './errors.js';
import { Prefixes } from './prefixes.js';

/** Mistakes told at once, and how much of each. */
const MOST_TOLD = 5;
const LONGEST_TOLD = 100;

/**
 * Whom nobody may probe.
 * @typedef {object} NoProbe
 * @property {Prefixes} prefixes
 * @property {string} sha256 of the file, to tell which list was in force
 */

/**
 * Reads a list: one prefix or address a line, `#` begins a comment.
 * @param {string} path
 * @returns {Promise<NoProbe>}
 * @throws {ScrError} SCR_POLICY_LIST, SCR_POLICY_LIST_BROKEN, SCR_POLICY_LIST_EMPTY
 */
export async function readNoProbe(path) {
  const text = await read(path);
  const prefixes = new Prefixes();
  /** @type {string[]} */
  const mistakes = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.replace(/#.*$/, '').trim();
    try {
      if (content !== '') prefixes.add(content);
    } catch (mistake) {
      mistakes.push(`line ${index + 1}: ${reasonOf(mistake).slice(0, LONGEST_TOLD)}`);
    }
  }
  if (mistakes.length > 0) throw new ScrError(errors.SCR_POLICY_LIST_BROKEN, `${path}, ${some(mistakes)}`);
  // A file that was cut short must not let everybody be probed.
  if (prefixes.size === 0) throw new ScrError(errors.SCR_POLICY_LIST_EMPTY, path);
  return { prefixes, sha256: createHash('sha256').update(text).digest('hex') };
}

/** @param {string} path */
async function read(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ScrError(errors.SCR_POLICY_LIST, path, { cause });
  }
}

/** @param {string[]} mistakes */
function some(mistakes) {
  const more = mistakes.length - MOST_TOLD;
  return [...mistakes.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
