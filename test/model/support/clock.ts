import { MadeUpClock } from '../../../testing/made-up-clock.js';

/** Time that passes, stands still for a while and then goes on, or, on the wall, goes back. */
export class ModelClock extends MadeUpClock {
  /** Time passes, and each timer runs when it is due. */
  pass(ms: number): void {
    const end = this.now() + ms;
    while (this.step(end));
  }

  /** The whole process stands still for so long. */
  jump(ms: number): void {
    this.skip(ms);
  }

  /** The process that waited for them is dead. */
  forget(): void {
    this.clear();
  }
}
