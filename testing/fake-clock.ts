import { MadeUpClock } from './made-up-clock.js';

/** A clock that stands still until it is told to go on. */
export class FakeClock extends MadeUpClock {
  /** Lets what was begun settle, moves time on, runs what falls due on the way in order, and lets what that began settle. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.now() + ms;
    while (this.step(end)) await settle();
    await settle();
  }

  /** The whole process stood still for so long: each timer that fell due meanwhile runs once, before anything is read. */
  async standStill(ms: number): Promise<void> {
    this.skip(ms);
    await settle();
  }
}

/** Lets promises and in-memory streams come to rest: a fixed number of turns of the event loop, no time. */
export async function settle(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
