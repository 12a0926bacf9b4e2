import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Timer, systemClock } from './clock.js';

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
    throw withPlace(failure);
  } finally {
    timer?.cancel();
  }
}

/** `/a.js:7` above a syntax error, or `at name (file:///a.js?version=1:7:3)`. */
const FRAME = /^(?: +at (?:.*\()?)?((?:file:\/\/)?\/.+?)(?:\?version=\d+)?:(\d+)(?::\d+\)?)?$/m;
/** Our own code, a parser's, or the file of a compiler, which is gone again: they would mislead. */
const FOREIGN = /\/node_modules\/|\.ts\.[-0-9a-f]{36}\.[cm]js$/;
const here = dirname(fileURLToPath(import.meta.url));

function withPlace(failure: unknown): unknown {
  if (!(failure instanceof Error)) return failure;
  const [, where, line = ''] = FRAME.exec(failure.stack ?? '') ?? [];
  if (where === undefined) return failure;
  const file = where.startsWith('file:') ? fileURLToPath(where) : where;
  if (file.startsWith(here) || FOREIGN.test(file)) return failure;
  return new Error(`${file}:${line}: ${failure.message}`, { cause: failure });
}
