import { settle } from '../../../testing/index.js';
import { holds } from './target.js';

/** Turns of the event loop after which what has come to rest has; more are a matter of a fault. */
const TURNS = 400;

/** Lets things come to rest until the condition holds. @throws Error where it never does */
export async function comesToHold(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    if (condition()) return;
    await settle(1);
  }
  holds(condition(), what);
}
