// @ts-check
import { ScrError, reasonOf } from 'sc-remoted/plugin-sdk';
import { close, open } from './destination.js';
import { errors } from './errors.js';

/**
 * @import { Clock, Logger } from 'sc-remoted/plugin-sdk'
 * @import { SonicBoom } from 'sonic-boom'
 * @import { Where } from './destination.js'
 */

/** Lines that are kept while there is no place to write them yet. */
const MOST_EARLY = 1_000;

/** Writes the lines of the trail: one JSON object each, with the time and the event in front. */
export class Writer {
  #clock;
  #log;
  /** @type {SonicBoom | undefined} */
  #stream;
  /** @type {string[]} */
  #early = [];
  #lost = 0;
  #failing = false;

  /**
   * @param {Clock} clock
   * @param {Logger} log
   */
  constructor(clock, log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * @param {string} event
   * @param {Readonly<Record<string, unknown>>} [fields]
   */
  record(event, fields) {
    const head = { time: this.#clock.date(), event };
    this.#write(`${JSON.stringify({ ...head, ...fields, ...head })}\n`);
  }

  /** @param {string} line */
  #write(line) {
    if (this.#stream !== undefined) this.#stream.write(line);
    else if (this.#early.length < MOST_EARLY) this.#early.push(line);
    else this.#lost += 1;
  }

  /**
   * Writes to another place, or to the same one opened anew, from now on.
   * @param {Where} where
   * @throws {ScrError} SCR_AUDIT_FILE; the lines go where they went then
   */
  async moveTo(where) {
    const stream = await open(where);
    const before = this.#stream;
    this.#listen(stream);
    this.#stream = stream;
    for (const line of this.#early.splice(0)) stream.write(line);
    if (before !== undefined) await close(before);
  }

  /** @param {SonicBoom} stream */
  #listen(stream) {
    stream.on('error', (cause) => this.#failed(cause));
    stream.on('drop', () => {
      this.#lost += 1;
      this.#failed(new Error('too much waits to be written'));
    });
    stream.on('write', () => this.#recovered());
  }

  /** @param {unknown} cause */
  #failed(cause) {
    if (this.#failing) return; // told once until it works again
    this.#failing = true;
    const { code, message, remedy } = new ScrError(errors.SCR_AUDIT_WRITE);
    this.#log.error({ event: 'audit.failing', code, cause: reasonOf(cause), remedy }, message);
  }

  #recovered() {
    this.#failing = false;
    if (this.#lost === 0) return;
    const lines = this.#lost;
    this.#lost = 0;
    this.#log.warn({ event: 'audit.lost', lines }, `${lines} lines of the audit trail are lost`);
    this.record('audit.lost', { lines });
  }

  async close() {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream !== undefined) await close(stream);
  }
}
