import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

function mount(...words: readonly string[]): void {
  execFileSync('mount', words, { stdio: 'pipe' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
}

/** Whether this user may mount a file system: root, on a machine or in a container that allows it. */
export const mayMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'scr-'));
  try {
    mount('-t', 'tmpfs', 'none', folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
})();

/** A disk of its own, small and empty, until the test is over. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'scr-'));
  readonly #filling = join(this.folder, 'filling');

  constructor() {
    mount('-t', 'tmpfs', '-o', 'size=256k,mode=755', 'none', this.folder);
    onTestFinished(() => {
      unmount(this.folder);
      rmdirSync(this.folder);
    });
  }

  in(name: string): string {
    return join(this.folder, name);
  }

  /** Until nothing more fits. */
  fill(): void {
    const fd = openSync(this.#filling, 'w');
    const page = Buffer.alloc(4_096);
    try {
      for (;;) writeSync(fd, page);
    } catch {
      closeSync(fd);
    }
  }

  empty(): void {
    rmSync(this.#filling);
  }

  /** Whether it may be written to. */
  set writable(isWritable: boolean) {
    mount('-o', `remount,${isWritable ? 'rw' : 'ro'}`, this.folder);
  }
}
