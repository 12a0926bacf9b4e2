// @ts-check
import { parse, join } from 'node:path';
import roll from 'pino-roll';
import { ScrError } from 'sc-remoted/plugin-sdk';
import sonicBoom from 'sonic-boom';
import { errors } from './errors.js';

/**
 * Where the lines go, as the options say it.
 * @typedef {object} Where
 * @property {string | undefined} [file]
 * @property {string} size
 * @property {'daily' | 'hourly' | undefined} [every]
 * @property {number} keep
 */

/** Characters that may wait to be written; past that lines are dropped and counted. */
export const MOST_WAITING = 4_194_304;

const { SonicBoom } = sonicBoom;
const common = { sync: false, maxLength: MOST_WAITING };

/**
 * Opens a file that is rotated, or the standard output. Writing never waits for the disk.
 * @param {Where} where
 * @returns {Promise<sonicBoom.SonicBoom>}
 * @throws {ScrError} SCR_AUDIT_FILE
 */
export async function open(where) {
  try {
    if (where.file === undefined) return new SonicBoom({ ...common, fd: 1 });
    const stream = await rotating(where.file, where);
    await ready(stream);
    return stream;
  } catch (cause) {
    throw new ScrError(errors.SCR_AUDIT_FILE, where.file, { cause });
  }
}

/**
 * `audit.log` becomes audit.1.log, audit.2.log and so on; the highest number is the present one.
 * @param {string} file
 * @param {Where} where
 */
function rotating(file, { size, every, keep }) {
  const { dir, name, ext } = parse(file);
  return roll({
    ...common,
    file: join(dir, name),
    extension: ext,
    size,
    mode: 0o600,
    limit: { count: keep, removeOtherLogFiles: true },
    ...(every !== undefined && { frequency: every }),
  });
}

/** @param {sonicBoom.SonicBoom} stream */
function ready(stream) {
  return new Promise((resolve, reject) => {
    stream.once('ready', resolve);
    stream.once('error', reject);
  });
}

/** What the disk, or whoever reads the standard output, may take for the rest, in milliseconds. */
const PATIENCE = 2_000;

/**
 * Writes what waits and closes; gives up after a while. That is time of the real world, whatever clock the controller has.
 * @param {sonicBoom.SonicBoom} stream
 * @returns {Promise<void>}
 */
export function close(stream) {
  return new Promise((resolve) => {
    const limit = setTimeout(() => stream.destroy(), PATIENCE);
    stream.once('close', () => {
      clearTimeout(limit);
      resolve();
    });
    stream.end();
  });
}
