import { readFile, readdir, stat } from 'node:fs/promises';

const OPEN = '/proc/self/fd';
const LIMITS = '/proc/self/limits';

/** How many file descriptors this process has, and may have. */
export interface DescriptorUse {
  readonly open: number;
  /** NaN where there is none. */
  readonly limit: number;
}

/** As it was last read: there may be no descriptor to read it with. */
let limit: number | undefined;

/** @returns undefined where the system does not tell: only Linux does */
export async function descriptorsInUse(): Promise<DescriptorUse | undefined> {
  const now = (limit = await limitNow().catch(() => limit));
  return now === undefined ? undefined : { open: await openNow().catch(() => now), limit: now };
}

/** It may have been raised from outside. */
async function limitNow(): Promise<number> {
  const [, soft] = /^Max open files +(\S+)/m.exec(await readFile(LIMITS, 'utf8')) ?? [];
  return Number(soft);
}

async function openNow(): Promise<number> {
  const { size } = await stat(OPEN); // the number of them, from Linux 6.2 on; 0 before
  return size > 0 ? size : (await readdir(OPEN)).length;
}
