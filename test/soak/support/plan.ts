import type { Settings } from './settings.js';

/** Instances that are never cut, so that what their clients measure is the controller. */
const STEADY = 12;
/** A life of the controller is measured after it has warmed up for this share of the undisturbed part. */
const WARM_UP = 0.2;

/** How long a disconnected instance is kept, in seconds. */
export const ZOMBIE = 60;

/** What happens when, in seconds from the start. */
export interface Plan {
  readonly seconds: number;
  readonly instances: number;
  /** How many of them are never cut and never leave. */
  readonly steady: number;
  /** Conversations of clients at a time. */
  readonly conversations: number;
  readonly sampleEvery: number;
  readonly heapEvery: number;
  readonly reloadEvery: number;
  /** Ends of the controller: killed and stopped in turns, all in the first half. */
  readonly restarts: readonly number[];
  /** From here to the end one controller is there, warm: what is to be flat is measured here. */
  readonly steadyFrom: number;
  /** An instance comes back after so many seconds at most. */
  readonly away: number;
}

/** Restarts in the first half; the second half is one life, in which growth would show. */
export function planOf({ minutes, instances }: Pick<Settings, 'minutes' | 'instances'>): Plan {
  const seconds = minutes * 60;
  const count = Math.max(2, Math.min(7, Math.floor(minutes / 4)));
  const restarts = Array.from({ length: count }, (_, index) => ((index + 1) * 0.45 * seconds) / count);
  return {
    seconds,
    instances,
    steady: Math.min(STEADY, Math.ceil(instances / 3)),
    conversations: Math.ceil(instances / 4),
    sampleEvery: Math.min(5, seconds / 20),
    heapEvery: Math.min(60, seconds / 40),
    reloadEvery: Math.min(90, seconds / 6),
    restarts,
    steadyFrom: seconds * (0.45 + 0.55 * WARM_UP),
    away: Math.min(12, seconds / 12),
  };
}
