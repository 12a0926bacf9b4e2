import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const present = new Set<string>();

/** In memory where possible: a disk's file system can take longer to make a socket than all else, above all after many were removed. */
function parent(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return MEMORY;
  } catch {
    return tmpdir();
  }
}

const MEMORY = '/dev/shm';

process.on('exit', () => present.forEach(remove));

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  present.delete(folder);
}

/** Calls `use` with a new folder, which is gone afterwards, at the latest when this process ends. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent(), 'scr-bench-'));
  present.add(folder);
  try {
    return await use(folder);
  } finally {
    remove(folder);
  }
}
