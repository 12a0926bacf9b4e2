import { readFile, readdir, stat } from 'node:fs/promises';
import { ScrError } from '../../core/contract/errors.js';
import { type Logger, errorFields } from '../../core/contract/logger.js';
import { cliErrors } from '../errors.js';

const OPEN = '/proc/self/fd';
const LIMITS = '/proc/self/limits';
const LOOK_EVERY = 2_000;
/** Shares of the limit: from the one on they are scarce, below the other there are enough again. */
const SCARCE = 0.9;
const ENOUGH = 0.8;

/** How many descriptors this process has, and may have. */
interface Use {
  readonly open: number;
  readonly limit: number;
}

/**
 * Says once when descriptors run out, and once when there are enough again. Nobody else would: Node closes a connection for
 * which there is none without a word. Where the system does not tell of them (only Linux does), nothing is said.
 */
export async function watchDescriptors(log: Logger): Promise<void> {
  try {
    watch(log, await limitNow());
  } catch {
    // another system
  }
}

function watch(log: Logger, limitAtFirst: number): void {
  const tell = tellChanges(log);
  let limit = limitAtFirst;
  const look = async (): Promise<void> => {
    limit = await limitNow().catch(() => limit); // there may be no descriptor to read it with
    tell({ open: await openNow().catch(() => limit), limit });
  };
  setInterval(() => void look(), LOOK_EVERY).unref();
}

/** It may have been raised from outside. NaN where there is none. */
async function limitNow(): Promise<number> {
  const [, soft] = /^Max open files +(\S+)/m.exec(await readFile(LIMITS, 'utf8')) ?? [];
  return Number(soft);
}

async function openNow(): Promise<number> {
  const { size } = await stat(OPEN); // the number of them, from Linux 6.2 on; 0 before
  return size > 0 ? size : (await readdir(OPEN)).length;
}

function tellChanges(log: Logger): (use: Use) => void {
  let isScarce = false;
  return (use) => {
    if (isScarce === use.open >= use.limit * (isScarce ? ENOUGH : SCARCE)) return;
    isScarce = !isScarce;
    if (isScarce) tellScarce(log, use);
    else log.info({ event: 'descriptors.enough', ...use }, `${shown(use)}: there are enough again`);
  };
}

function tellScarce(log: Logger, use: Use): void {
  const failure = new ScrError(cliErrors.SCR_DESCRIPTORS_SCARCE, shown(use));
  log.warn({ event: 'descriptors.scarce', ...use, ...errorFields(failure) }, failure.message);
}

function shown({ open, limit }: Use): string {
  return `${open} of ${limit} are open`;
}
