import type { Clock, Timer } from '../core/contract/clock.js';

interface Pending extends Timer {
  due: number;
  readonly every: number | undefined;
  readonly task: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #wall = Date.UTC(2026, 0, 1);
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

  /** Lets what was begun settle, moves time on, runs what falls due on the way in order, and lets what that began settle. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.due;
      this.#run(next);
      await settle();
    }
    this.#now = end;
    await settle();
  }

  /** The whole process stood still for so long: each timer that fell due meanwhile runs once, before anything is read. */
  async standStill(ms: number): Promise<void> {
    this.#now += ms;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#now).sort((one, other) => one.due - other.due);
    for (const timer of due) if (this.#timers.has(timer)) this.#run(timer);
    await settle();
  }

  /** Somebody sets the clock on the wall: forth, or back where `ms` is negative. */
  set(ms: number): void {
    this.#wall += ms;
  }

  #run(timer: Pending): void {
    if (timer.every === undefined) this.#timers.delete(timer);
    else timer.due = this.#now + timer.every;
    timer.task();
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }
}

/** Lets promises and in-memory streams come to rest: a fixed number of turns of the event loop, no time. */
export async function settle(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
