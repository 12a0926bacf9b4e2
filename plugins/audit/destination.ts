import { join, parse } from 'node:path';
import roll from 'pino-roll';
import sonicBoom, { type SonicBoom } from 'sonic-boom';
import { type Clock, ScrError } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** Where the lines go, as the options say it. */
export interface Where {
  readonly file?: string | undefined;
  readonly size: string;
  readonly every?: 'daily' | 'hourly' | undefined;
  readonly keep: number;
}

/** Characters that may wait to be written; past that lines are dropped and counted. */
export const MOST_WAITING = 4_194_304;

const common = { sync: false, maxLength: MOST_WAITING };

/** Opens a file that is rotated, or the standard output. Writing never waits for the disk. @throws ScrError SCR_AUDIT_FILE */
export async function open(where: Where): Promise<SonicBoom> {
  try {
    if (where.file === undefined) return new sonicBoom.SonicBoom({ ...common, fd: 1 });
    const stream = await rotating(where.file, where);
    await ready(stream);
    return stream;
  } catch (cause) {
    throw new ScrError(errors.SCR_AUDIT_FILE, where.file, { cause });
  }
}

/** `audit.log` becomes audit.1.log, audit.2.log and so on; the highest number is the present one. */
function rotating(file: string, { size, every, keep }: Where): Promise<SonicBoom> {
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

function ready(stream: SonicBoom): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('ready', resolve);
    stream.once('error', reject);
  });
}

/** What the disk, or whoever reads the standard output, may take for the rest, in milliseconds. */
const PATIENCE = 2_000;

/** Writes what waits and closes; gives up after a while. */
export function close(stream: SonicBoom, clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => {
    const limit = clock.after(PATIENCE, () => stream.destroy());
    stream.once('close', () => {
      limit.cancel();
      resolve();
    });
    stream.end();
  });
}
