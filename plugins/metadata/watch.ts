import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Timer } from '../../plugin-sdk/index.js';
import { versionOf } from './file.js';

/** So long a file must stay as it is before it is read, in milliseconds: whoever writes it may not be done. */
const REST = 200;
/** So often a file is looked at in any case: the system does not tell of changes behind a link, or on another machine. */
const LOOK_EVERY = 5_000;

/** Tells of each change of a file, when it has come to rest. Never throws. */
export class FileWatch {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #folder: FSWatcher | undefined;
  readonly #regular: Timer;
  #rest: Timer | undefined;
  #closed = false;
  /** Since the last look. */
  #mayHaveChanged = false;
  /** The state that was told last. */
  #told: string;
  /** The state that was seen last. */
  #seen: string;

  /** @param version the state of the file that is known */
  constructor(path: string, version: string, clock: Clock, changed: () => void) {
    this.#path = path;
    this.#clock = clock;
    this.#changed = changed;
    this.#told = this.#seen = version;
    this.#folder = watched(dirname(path), () => this.#lookSoon());
    this.#regular = clock.every(LOOK_EVERY, () => this.#lookSoon());
    this.#lookSoon(); // it may have been written to since it was read
  }

  close(): void {
    this.#closed = true;
    this.#folder?.close();
    this.#regular.cancel();
    this.#rest?.cancel();
  }

  #lookSoon(): void {
    this.#mayHaveChanged = true;
    this.#rest ??= this.#clock.after(REST, () => void this.#look());
  }

  /** One at a time, else two that take long would see the same. */
  async #look(): Promise<void> {
    this.#mayHaveChanged = false;
    const version = await versionOf(this.#path);
    this.#rest = undefined;
    if (this.#closed) return;
    const rests = version === this.#seen && !this.#mayHaveChanged;
    this.#seen = version;
    if (!rests) this.#lookSoon();
    else if (version !== this.#told) this.#tell();
  }

  #tell(): void {
    this.#told = this.#seen;
    this.#changed();
  }
}

/** The folder, not the file: editors put another one in its place. @returns undefined where that is not possible */
function watched(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined; // no such folder, or as many watches as the system allows
  }
}
