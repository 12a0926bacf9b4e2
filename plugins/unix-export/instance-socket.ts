import { existsSync } from 'node:fs';
import type { Release } from '../../plugin-sdk/index.js';

/** The socket of an instance, as long as the instance is connected. */
export class InstanceSocket {
  readonly path: string;
  readonly #make: () => Promise<Release>;
  #release: Release;
  #closed = false;

  constructor(path: string, make: () => Promise<Release>, release: Release) {
    this.path = path;
    this.#make = make;
    this.#release = release;
  }

  /** Makes it anew if somebody has removed it; clients stay. @returns whether that was so */
  async restore(): Promise<boolean> {
    if (existsSync(this.path)) return false;
    const fresh = await this.#make();
    await this.#release();
    this.#release = fresh;
    if (this.#closed) await fresh();
    return true;
  }

  /** @returns what the release returns: a promise only where there is something to wait for */
  close(): unknown {
    this.#closed = true;
    return this.#release();
  }
}
