import type { Change, VantagePoint } from '../../client/index.js';
import { inUtc } from '../fleet/time.js';
import { inOneLine } from '../printable.js';

/** Tells which VPs a run waits for: those that go away while it is their turn, and that they are back. */
export class Absences {
  readonly #tell: (line: string) => void;
  /** Whose turn it is, by number, and whether it was told that it is away. */
  readonly #turns = new Map<number, boolean>();

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** A VP has its turn, from now until the task is done. */
  async during({ id }: VantagePoint, task: () => Promise<void>): Promise<void> {
    this.#turns.set(id, false);
    await task();
    this.#turns.delete(id);
  }

  /** Until there are no more. Never rejects: that the controller is lost is told by those who measure. */
  async follow(changes: AsyncIterable<Change>): Promise<void> {
    try {
      for await (const { type, vp } of changes) if (type !== 'gone') this.#hear(vp);
    } catch {
      this.#turns.clear();
    }
  }

  #hear({ id, name, state, since }: VantagePoint): void {
    const isAway = state === 'away';
    if (this.#turns.get(id) !== !isAway) return; // it is not its turn, or nothing new
    this.#turns.set(id, isAway);
    const time = since === undefined ? '' : ` since ${inUtc(since)}`;
    const news = isAway ? `away${time}; waiting until it is back, or gone for good; --timeout shortens this` : 'back';
    this.#tell(`${inOneLine(name)}: ${news}`);
  }
}
