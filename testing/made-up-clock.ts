import type { Clock, Timer } from '../core/contract/clock.js';

interface Pending extends Timer {
  due: number;
  readonly every: number | undefined;
  readonly task: () => void;
}

/** Time that passes only where it is told to; how, its heirs say. */
export abstract class MadeUpClock implements Clock {
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

  /** Somebody sets the clock on the wall: forth, or back where `ms` is negative. */
  set(ms: number): void {
    this.#wall += ms;
  }

  /** Goes on to the next timer that is due until then, and runs it; to the end where there is none. @returns whether there was one */
  protected step(end: number): boolean {
    const timer = this.#next(end);
    this.#now = timer?.due ?? end;
    if (timer !== undefined) this.#run(timer);
    return timer !== undefined;
  }

  /** The whole process stood still for so long: each timer that fell due meanwhile runs once. */
  protected skip(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#now).sort((one, other) => one.due - other.due);
    for (const timer of due) if (this.#timers.has(timer)) this.#run(timer);
  }

  /** Forgets every timer. */
  protected clear(): void {
    this.#timers.clear();
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
