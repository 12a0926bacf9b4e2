import { setTimeout as wait } from 'node:timers/promises';

/** Waits until a condition holds. Rejects with what was waited for when it does not within five seconds of the real clock. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await wait(1);
  }
}
