import type { SonicBoom } from 'sonic-boom';
import { type Clock, type Logger, ScrError, reasonOf } from '../../plugin-sdk/index.js';
import { type Where, close, open } from './destination.js';
import { errors } from './errors.js';
import type { Fields } from './fields.js';

/** Lines that are kept while there is no place to write them yet. */
const MOST_EARLY = 1_000;

/** Writes the lines of the trail: one JSON object each, with the time and the event in front. */
export class Writer {
  readonly #clock: Clock;
  readonly #log: Logger;
  #stream: SonicBoom | undefined;
  readonly #early: string[] = [];
  #lost = 0;
  #failing = false;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  record(event: string, fields?: Fields): void {
    const head = { time: this.#clock.date(), event };
    this.#write(`${JSON.stringify({ ...head, ...fields, ...head })}\n`);
  }

  #write(line: string): void {
    if (this.#stream !== undefined) this.#stream.write(line);
    else if (this.#early.length < MOST_EARLY) this.#early.push(line);
    else this.#lost += 1;
  }

  /**
   * Writes to another place, or to the same one opened anew, from now on.
   * @throws ScrError SCR_AUDIT_FILE; the lines go where they went then
   */
  async moveTo(where: Where): Promise<void> {
    const stream = await open(where);
    const before = this.#stream;
    this.#listen(stream);
    this.#stream = stream;
    for (const line of this.#early.splice(0)) stream.write(line);
    if (before !== undefined) await close(before, this.#clock);
  }

  #listen(stream: SonicBoom): void {
    stream.on('error', (cause: unknown) => this.#failed(cause));
    stream.on('drop', () => {
      this.#lost += 1;
      this.#failed(new Error('too much waits to be written'));
    });
    stream.on('write', () => this.#recovered());
  }

  /** Told once until it works again. */
  #failed(cause: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    const { code, message, remedy } = new ScrError(errors.SCR_AUDIT_WRITE);
    this.#log.error({ event: 'audit.failing', code, cause: reasonOf(cause), remedy }, message);
  }

  #recovered(): void {
    this.#failing = false;
    if (this.#lost === 0) return;
    const lines = this.#lost;
    this.#lost = 0;
    this.#log.warn({ event: 'audit.lost', lines }, `${lines} lines of the audit trail are lost`);
    this.record('audit.lost', { lines });
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream !== undefined) await close(stream, this.#clock);
  }
}
