import type { MaybePromise } from '../hooks/maybe.js';
import type { Arrival } from './arrival.js';
import { readHello } from './hello.js';
import { refuse } from './refuse.js';
import { accept, answer, attach, authenticate, identify } from './steps.js';

type Step = (arrival: Arrival) => MaybePromise<void>;

/** What happens to a connection, in order. A step that throws refuses it; `refuse` says what is undone. */
export const pipeline: readonly (readonly [name: string, step: Step])[] = [
  ['accept', accept],
  ['hello', readHello],
  ['identify', identify],
  ['authenticate', authenticate],
  ['attach', attach],
  ['answer', answer],
];

/** Takes a new connection through the pipeline. Never rejects. */
export async function receive(arrival: Arrival): Promise<void> {
  for (const [name, step] of pipeline) {
    try {
      const pending = step(arrival);
      // Stryker disable next-line ConditionalExpression: it saves a turn of the microtask queue
      if (pending !== undefined) await pending;
    } catch (failure) {
      refuse(arrival, name, arrival.evicted ?? failure);
      return;
    }
  }
}
