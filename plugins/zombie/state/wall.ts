import type { Clock } from '../../../plugin-sdk/index.js';

/** So many milliseconds are a clock that is kept right, not one that was set. */
const SLIGHT = 1_000;

/** @returns what tells by how many milliseconds the clock on the wall was set since it was last asked; 0 where it was not */
export function wallSettings(clock: Clock): () => number {
  const difference = (): number => clock.date().getTime() - clock.now();
  let last = difference();
  return () => {
    const ms = difference() - last;
    if (Math.abs(ms) < SLIGHT) return 0;
    last += ms;
    return ms;
  };
}
