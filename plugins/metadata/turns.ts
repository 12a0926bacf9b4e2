import { setImmediate as nextTurn } from 'node:timers/promises';

/** What is done at a time takes a few milliseconds. */
const SLICE = 500;

/** Does a task for each of many, and lets others have their turn in between: nobody must wait for a large file. */
export async function inTurns<T>(items: Iterable<T>, task: (item: T) => void): Promise<void> {
  let count = 0;
  for (const item of items) {
    task(item);
    if (++count % SLICE === 0) await nextTurn();
  }
}
