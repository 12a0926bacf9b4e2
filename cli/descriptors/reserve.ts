import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Enough for the files of a configuration and its plugins, which are read a few at a time. */
const RESERVED = 16;

/** Descriptors that are kept for the controller's own files: clients and scampers, however many, leave it those. */
export class Reserve {
  #kept: number[] = [];
  #borrowers = 0;

  constructor() {
    this.#fill();
  }

  /** Runs what opens files; it may have the descriptors meanwhile. */
  async lend(task: () => void | Promise<void>): Promise<void> {
    this.#borrowers++;
    this.#free();
    try {
      await task();
    } finally {
      this.#borrowers--;
      this.#fill();
    }
  }

  #free(): void {
    for (const fd of this.#kept.splice(0)) closeSync(fd);
  }

  #fill(): void {
    if (this.#borrowers > 0) return;
    try {
      while (this.#kept.length < RESERVED) this.#kept.push(openSync(devNull, 'r'));
    } catch {
      // Somebody was quicker. What is there is kept; the next time there may be more.
    }
  }
}
