import sonicBoom, { type SonicBoom } from 'sonic-boom';
import { type Clock, ScrError } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { type Rotation, rotating } from './rotation.js';

/** Where the lines go. */
export interface Where {
  /** Absolute; without it the standard output. */
  readonly file?: string | undefined;
  /** Without it the file stays as it is named. */
  readonly rotation?: Rotation | undefined;
}

/** Characters that may wait to be written; past that lines are dropped and counted. */
export const MOST_WAITING = 4_194_304;
/** What the disk, or whoever reads the standard output, may take for the rest, in milliseconds. */
const PATIENCE = 2_000;

const common = { sync: false, maxLength: MOST_WAITING, mode: 0o600 };

/** Writing never waits for the disk. @throws ScrError SCR_AUDIT_FILE, SCR_AUDIT_PINO_ROLL */
export async function open({ file, rotation }: Where): Promise<SonicBoom> {
  try {
    if (file === undefined) return new sonicBoom.SonicBoom({ ...common, fd: 1 });
    const plain = (): SonicBoom => new sonicBoom.SonicBoom({ ...common, dest: file });
    const stream = rotation === undefined ? plain() : await rotating(file, rotation, common);
    await ready(stream);
    return stream;
  } catch (cause) {
    throw cause instanceof ScrError ? cause : new ScrError(errors.SCR_AUDIT_FILE, file, { cause });
  }
}

function ready(stream: SonicBoom): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('ready', resolve);
    stream.once('error', reject);
  });
}

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
