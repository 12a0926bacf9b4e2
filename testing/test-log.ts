import { inspect } from 'node:util';
import type { LogFields, Logger } from '../core/contract/logger.js';
import { PATIENCE, patiently } from './patience.js';

/** One line of a log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

interface Waiter {
  readonly matches: (line: LogLine) => boolean;
  readonly resolve: (line: LogLine) => void;
}

/** A logger that keeps its lines, and lets tests wait for one. */
export class TestLog implements Logger {
  readonly lines: LogLine[];
  readonly #bound: LogFields;
  readonly #waiters: Set<Waiter>;

  constructor(parent?: { lines: LogLine[]; waiters: Set<Waiter> }, bound: LogFields = {}) {
    this.lines = parent?.lines ?? [];
    this.#waiters = parent?.waiters ?? new Set();
    this.#bound = bound;
  }

  debug(fields: LogFields, message: string): void {
    this.#add('debug', fields, message);
  }
  info(fields: LogFields, message: string): void {
    this.#add('info', fields, message);
  }
  warn(fields: LogFields, message: string): void {
    this.#add('warn', fields, message);
  }
  error(fields: LogFields, message: string): void {
    this.#add('error', fields, message);
  }
  child(fields: Record<string, unknown>): TestLog {
    return new TestLog({ lines: this.lines, waiters: this.#waiters }, { ...this.#bound, ...fields });
  }
  isLevelEnabled(): boolean {
    return true;
  }

  #add(level: LogLine['level'], fields: LogFields, message: string): void {
    const line = { level, message, fields: { ...this.#bound, ...fields } };
    this.lines.push(line);
    for (const waiter of this.#waiters) {
      if (!waiter.matches(line)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(line);
    }
  }

  /** The lines of one event, such as `instance.attached`. */
  of(event: string): LogLine[] {
    return this.lines.filter((line) => line.fields['event'] === event);
  }

  /**
   * The first line of the event, now or when it comes; its fields must equal those given. Rejects when none came in `timeLimit`
   * milliseconds, on the real clock.
   */
  waitFor(event: string, fields: LogFields = {}, timeLimit = PATIENCE): Promise<LogLine> {
    const matches = (line: LogLine): boolean =>
      line.fields['event'] === event && Object.entries(fields).every(([key, value]) => line.fields[key] === value);
    const found = this.lines.find(matches);
    if (found !== undefined) return Promise.resolve(found);
    const missing = (): string => this.#missing(event, fields);
    return patiently(timeLimit, missing, ({ resolve }) => {
      const waiter = { matches, resolve };
      this.#waiters.add(waiter);
      return () => this.#waiters.delete(waiter);
    });
  }

  #missing(event: string, fields: LogFields): string {
    const asked = Object.keys(fields);
    const others = this.of(event).map((line) => shown(Object.fromEntries(asked.map((key) => [key, line.fields[key]]))));
    if (others.length > 0) return `no ${event} with ${shown(fields)} came, only with ${others.join(', ')}`;
    const came = [...new Set(this.lines.map((line) => String(line.fields['event'])))];
    return `no ${event} came; events so far: ${came.join(', ') || 'none'}`;
  }
}

function shown(fields: LogFields): string {
  return inspect(fields, { breakLength: Infinity });
}
