// @ts-check
import { readFile } from 'node:fs/promises';
import { ScrError, reasonOf } from 'sc-remoted/plugin-sdk';
import { errors } from './errors.js';
import { parseRange } from './range.js';

/** @import { Entry } from './entry.js' */

/** Mistakes told at once, and how much of each; a file of another kind altogether would have thousands, and long ones. */
const MOST_TOLD = 5;
const LONGEST_TOLD = 200;

/**
 * @param {string} path
 * @returns {Promise<Entry[]>}
 * @throws {ScrError} SCR_ALLOWLIST_FILE, SCR_ALLOWLIST_BROKEN, SCR_ALLOWLIST_EMPTY
 */
export async function readList(path) {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ScrError(errors.SCR_ALLOWLIST_FILE, path, { cause });
  }
  const entries = parseList(text, path);
  // A file that was cut short must not lock the whole fleet out at a reload.
  if (entries.length === 0) throw new ScrError(errors.SCR_ALLOWLIST_EMPTY, path);
  return entries;
}

/**
 * Reads the text of a list: one entry a line, `key=value[,value…]` in it, `#` begins a comment.
 * @param {string} text
 * @param {string} label named in the error
 * @returns {Entry[]}
 * @throws {ScrError} SCR_ALLOWLIST_BROKEN, with every mistake and its line
 */
export function parseList(text, label) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {string[]} */
  const mistakes = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    try {
      const words = wordsOf(line);
      if (words.length > 0) entries.push(parseEntry(words, index + 1));
    } catch (mistake) {
      mistakes.push(`line ${index + 1}: ${reasonOf(mistake)}`);
    }
  }
  if (mistakes.length > 0) throw broken(label, mistakes);
  return entries;
}

/**
 * @param {string} label
 * @param {string[]} mistakes
 */
function broken(label, mistakes) {
  const told = mistakes.slice(0, MOST_TOLD).map((mistake) => mistake.slice(0, LONGEST_TOLD));
  const more = mistakes.length - told.length;
  if (more > 0) told.push(`and ${more} more`);
  return new ScrError(errors.SCR_ALLOWLIST_BROKEN, `${label}, ${told.join('; ')}`);
}

/** @param {string} line */
function wordsOf(line) {
  const content = line.replace(/(^|\s)#.*$/, '').trim();
  return content === '' ? [] : content.split(/\s+/);
}

/**
 * How the values of each key are read.
 * @type {Readonly<Record<'name' | 'address' | 'fingerprint', (text: string) => unknown>>}
 */
const readers = { name: parsePattern, address: parseRange, fingerprint: parseFingerprint };

/**
 * @param {string[]} words
 * @param {number} line
 * @returns {Entry}
 */
function parseEntry(words, line) {
  /** @type {Record<string, unknown>} */
  const conditions = {};
  for (const word of words) {
    const [, key = '', values = ''] = /^([^=]*)=(.*)$/.exec(word) ?? [];
    if (!isKey(key)) throw new Error(`${word}: known are name=, address= and fingerprint=`);
    if (key in conditions) throw new Error(`${key}= stands twice; write its values with commas between`);
    conditions[key] = values.split(',').map((value) => readers[key](value));
  }
  return { line, ...conditions };
}

/**
 * @param {string} word
 * @returns {word is keyof typeof readers}
 */
function isKey(word) {
  return Object.hasOwn(readers, word);
}

/** @param {string} text */
function parsePattern(text) {
  if (/^[A-Za-z0-9.*?-]+$/.test(text)) return text;
  throw new Error(`name=${text}: a name has letters, digits, . and -; * and ? are wildcards`);
}

/** @param {string} text */
function parseFingerprint(text) {
  const digits = text.replaceAll(':', '').toUpperCase();
  if (!/^[0-9A-F]{64}$/.test(digits)) throw new Error(`fingerprint=${text}: a SHA-256 has 64 hexadecimal digits`);
  return digits.replace(/..(?!$)/g, '$&:');
}
