/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** Time as the controller sees it; passed in, so that tests run in milliseconds and are exact. */
export interface Clock {
  /** Monotonic milliseconds, from an arbitrary origin. */
  now(): number;
  /** The wall clock, for people. */
  date(): Date;
  /** Runs `task` once, `ms` milliseconds from now. Does not keep the process alive. */
  after(ms: number, task: () => void): Timer;
  /** Runs `task` every `ms` milliseconds. Does not keep the process alive. */
  every(ms: number, task: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after(ms, task) {
    const handle = setTimeout(task, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, task) {
    const handle = setInterval(task, ms).unref();
    return { cancel: () => clearInterval(handle) };
  },
};
