import type { FileHandle } from 'node:fs/promises';
import type { Clock, Timer } from '../../core/contract/clock.js';
import { ScrError, reasonOf } from '../../core/contract/errors.js';
import type { Logger } from '../../core/contract/logger.js';
import { sdkErrors as errors } from '../errors.js';
import type { StateFolder } from './folder.js';

/** After a failure it is tried again after so many milliseconds. */
const RETRY_AFTER = 10_000;
/** A crash of the controller loses nothing that was written. Only for the power to fail, and at most this often. */
const SYNC_AFTER = 1_000;
/** Lines beyond twice those needed, at which the file is written anew. */
const SPARE_LINES = 1_000;

/** What the file must say. */
export interface JournalContents {
  /** Lines that are needed. */
  readonly size: number;
  /** The whole file. */
  text(): string;
}

/** A file that grows by a line for each change. Nobody waits for it; what it cannot write it writes later. */
export class Journal {
  readonly #folder: StateFolder;
  readonly #name: string;
  readonly #contents: JournalContents;
  readonly #log: Logger;
  readonly #clock: Clock;
  #file: FileHandle | undefined;
  #waiting: string[] = [];
  #lines = 0;
  /** The whole file is written, in place of more lines: they would be more than that, or it holds no more. */
  #isStale = false;
  #work: Promise<void> | undefined;
  #failed = false;
  #retry: Timer | undefined;
  #sync: Timer | undefined;

  /** @param name of the file */
  constructor(
    folder: StateFolder,
    name: string,
    contents: JournalContents,
    { log, clock }: { log: Logger; clock: Clock },
  ) {
    this.#folder = folder;
    this.#name = name;
    this.#contents = contents;
    this.#log = log;
    this.#clock = clock;
  }

  /** Writes the file for the first time. @throws ScrError SCR_STATE */
  async open(): Promise<void> {
    try {
      await this.#writeAnew();
    } catch (cause) {
      throw new ScrError(errors.SCR_STATE, this.#folder.path, { cause });
    }
  }

  /** Where the whole file will be written, nothing need wait: a disk that hangs must not fill the memory. */
  append(line: string): void {
    if (this.#retry !== undefined || this.#isStale) return;
    if (this.#isLong(this.#waiting.length)) {
      this.#isStale = true;
      this.#waiting = [];
    } else this.#waiting.push(line);
    this.#begin();
  }

  /** What was written holds no more: writes the whole file. */
  rewrite(): void {
    this.#isStale = true;
    if (this.#retry === undefined) this.#begin();
  }

  #isLong(lines: number): boolean {
    return lines > 2 * this.#contents.size + SPARE_LINES;
  }

  #begin(): void {
    this.#work ??= this.#writeAll().finally(() => {
      this.#work = undefined;
      if (this.#mustWrite && this.#retry === undefined) this.#begin();
    });
  }

  get #mustWrite(): boolean {
    return this.#failed || this.#isStale || this.#waiting.length > 0;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#mustWrite) await this.#writeSome();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  async #writeSome(): Promise<void> {
    if (await this.#mustRewrite()) return this.#writeAnew();
    const lines = this.#waiting.splice(0); // those of the same moment have come together meanwhile
    this.#lines += lines.length;
    await this.#file?.appendFile(lines.join(''));
    this.#sync ??= this.#clock.after(SYNC_AFTER, () => this.#syncNow());
  }

  async #mustRewrite(): Promise<boolean> {
    return this.#failed || this.#isStale || this.#isLong(this.#lines) || !(await this.#isInPlace());
  }

  /** Somebody may have moved it away, or its directory: what is appended then nobody would find. */
  async #isInPlace(): Promise<boolean> {
    return this.#file === undefined || this.#folder.isInPlace(this.#name, this.#file);
  }

  async #writeAnew(): Promise<void> {
    this.#waiting = [];
    this.#isStale = false;
    this.#lines = this.#contents.size;
    const before = this.#file;
    this.#file = await this.#folder.replace(this.#name, this.#contents.text());
    await before?.close();
    this.#succeed();
  }

  #syncNow(): void {
    this.#sync = undefined;
    this.#file?.datasync().catch(() => undefined); // it may have been replaced, and the new one is on the disk
  }

  #succeed(): void {
    if (!this.#failed) return;
    this.#failed = false;
    const path = this.#folder.pathOf(this.#name);
    this.#log.info({ event: 'state.written', path }, `${path} is written again`);
  }

  #fail(cause: unknown): void {
    const path = this.#folder.pathOf(this.#name);
    const { code, message, remedy } = new ScrError(errors.SCR_STATE_UNWRITTEN, path);
    if (!this.#failed) {
      this.#log.warn({ event: 'state.unwritten', path, code, remedy, cause: reasonOf(cause) }, message);
    }
    this.#failed = true;
    this.#waiting = [];
    this.#retry = this.#clock.after(RETRY_AFTER, () => {
      this.#retry = undefined;
      this.#begin();
    });
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    await this.#work;
    this.#cancelRetry();
    if (!(await this.#isInPlace().catch(() => true))) this.#isStale = true;
    this.#begin();
    await this.#work;
    this.#cancelRetry();
    this.#sync?.cancel();
    await this.#file?.close();
    this.#file = undefined;
  }

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }
}
