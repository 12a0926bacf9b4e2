import { Pull } from '../pull.js';
import type { VantagePoint } from './vantage-point.js';

/** What happened to a VP. `changed`: its state, or what is known of it. */
export interface Change {
  readonly type: 'arrived' | 'changed' | 'gone';
  /** As it is now; of one that is gone, as it was last. */
  readonly vp: VantagePoint;
}

/**
 * Changes for one who reads them. Who reads slowly is told the outcome, not each step: at most one change waits for each VP, and a
 * VP that came and went unseen is not told of.
 */
export class Changes {
  readonly #waiting = new Map<number, Change>();
  readonly iterator: Pull<Change>;

  /** @param left is called when nobody reads any more */
  constructor(left: () => void) {
    this.iterator = new Pull<Change>(() => this.#take(), left);
  }

  add(change: Change): void {
    const { id } = change.vp;
    const told = merged(this.#waiting.get(id), change);
    if (told === undefined) this.#waiting.delete(id);
    else this.#waiting.set(id, told);
    this.iterator.wake();
  }

  #take(): Change | undefined {
    for (const [id, change] of this.#waiting) {
      this.#waiting.delete(id);
      return change;
    }
    return undefined;
  }
}

/** What two changes of one VP come to; undefined for nothing. */
function merged(before: Change | undefined, now: Change): Change | undefined {
  if (before?.type === 'arrived') return now.type === 'gone' ? undefined : { type: 'arrived', vp: now.vp };
  if (before?.type === 'gone' && now.type === 'arrived') return { type: 'changed', vp: now.vp };
  return now;
}
