import type { Clock, Timer } from '../../../core/contract/clock.js';

interface Pending extends Timer {
  due: number;
  readonly every: number | undefined;
  readonly task: () => void;
}

const START = Date.UTC(2026, 0, 1);

/** Time that passes, stands still for a while and then goes on, or, on the wall, goes back. */
export class ModelClock implements Clock {
  #now = 0;
  #wall = START;
  readonly #timers = new Set<Pending>();

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#wall + this.#now);
  }

  after(ms: number, task: () => void): Timer {
    return this.#add(ms, undefined, task);
  }

  every(ms: number, task: () => void): Timer {
    return this.#add(ms, ms, task);
  }

  #add(ms: number, every: number | undefined, task: () => void): Timer {
    const timer: Pending = { due: this.#now + ms, every, task, cancel: () => void this.#timers.delete(timer) };
    this.#timers.add(timer);
    return timer;
  }

  /** Timers that have not run out. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Time passes, and each timer runs when it is due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) this.#run(next, next.due);
    this.#now = end;
  }

  /** The whole process stood still for so long: each timer that fell due meanwhile runs once. */
  jump(ms: number): void {
    const end = this.#now + ms;
    const due = [...this.#timers].filter((timer) => timer.due <= end).sort((one, other) => one.due - other.due);
    for (const timer of due) if (this.#timers.has(timer)) this.#run(timer, end);
    this.#now = end;
  }

  /** Somebody sets the clock on the wall. */
  set(ms: number): void {
    this.#wall += ms;
  }

  #run(timer: Pending, at: number): void {
    this.#now = at;
    if (timer.every === undefined) this.#timers.delete(timer);
    else timer.due = at + timer.every;
    timer.task();
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }

  /** The process that waited for them is dead. */
  forget(): void {
    this.#timers.clear();
  }
}
