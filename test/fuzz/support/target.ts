import type { Seeds } from './mutate.js';

/** One parser or state machine, with what must hold whatever it is given. */
export interface Target {
  readonly name: string;
  /** Whether octets of strangers reach it in a controller. */
  readonly engine: boolean;
  /** What is mutated: valid messages, and what was found. */
  readonly seeds: Seeds;
  /** How many inputs it is given at a time. */
  readonly together: number;
  /** @throws where something does not hold */
  run(inputs: readonly Buffer[]): void | Promise<void>;
}

/** A target that takes one input at a time. */
export function each(name: string, engine: boolean, seeds: Seeds, run: (bytes: Buffer) => void): Target {
  return { name, engine, seeds, together: 1_000, run: (inputs) => inputs.forEach((bytes) => run(bytes)) };
}

/** @throws Error where it does not hold */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Runs what may fail in one way only. @returns undefined where it did. @throws whatever else it throws */
export function allowing<T>(isAllowed: (failure: unknown) => boolean, task: () => T): T | undefined {
  try {
    return task();
  } catch (failure) {
    if (isAllowed(failure)) return undefined;
    throw failure;
  }
}
