import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Timer, systemClock } from '../contract/clock.js';
import { isTakenForCommonJs, placeOf } from './node-messages.js';

/** How long a module may take to load, in milliseconds. */
const TIME_LIMIT = 10_000;

/** Runs somebody's code, for what it exports. Rejects when it does not come to an end; says where it fails, where Node tells. */
export async function loadCode<T>(load: () => T | Promise<T>): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const why = new Error(`it had not finished loading after ${TIME_LIMIT / 1000} s`);
    timer = systemClock.after(TIME_LIMIT, () => reject(why));
  });
  try {
    return await Promise.race([load(), late]);
  } catch (failure) {
    throw withPlace(withHint(failure));
  } finally {
    timer?.cancel();
  }
}

/** Our own code, a parser's, or the file of a compiler, which is gone again: they would mislead. */
const FOREIGN = /\/node_modules\/|\.ts\.[-0-9a-f]{36}\.[cm]js$/;
const here = dirname(fileURLToPath(import.meta.url));

/** `npm init` writes "type": "commonjs", and Node tells what to do about it on stderr only. */
function withHint(failure: unknown): unknown {
  if (!isTakenForCommonJs(failure)) return failure;
  const what = `${failure.message}: it is taken for CommonJS; set "type": "module" in its package.json, or call it .mjs`;
  const told = new SyntaxError(what, { cause: failure });
  told.stack = failure.stack ?? ''; // it tells the place
  return told;
}

function withPlace(failure: unknown): unknown {
  if (!(failure instanceof Error)) return failure;
  const place = placeOf(failure);
  if (place === undefined) return failure;
  const { where, line } = place;
  const file = where.startsWith('file:') ? fileURLToPath(where) : where;
  if (file.startsWith(here) || FOREIGN.test(file)) return failure;
  return new Error(`${file}:${line}: ${failure.message}`, { cause: failure });
}
