import type { EventReport } from '../../plugin-sdk/index.js';

/** So many are remembered. */
const MOST = 1_000;
/** What happens again within so many milliseconds is counted, not told anew. */
const TOGETHER = 60_000;

/** What is told of an event. */
export type Happening = Pick<EventReport, 'kind' | 'vp' | 'code' | 'text'>;

/** What happened last. */
export class Events {
  readonly #all: EventReport[] = [];
  #number = 0;

  /** The latest so many, oldest first; where `after` is given, those behind it. */
  latest(count: number, after = 0): readonly EventReport[] {
    return this.#all.slice(-Math.max(count, 1)).filter(({ number }) => number > after);
  }

  add(happening: Happening, at: Date): void {
    const last = this.#all.at(-1);
    const isAgain = last !== undefined && isSame(last, happening) && at.getTime() - Date.parse(last.at) < TOGETHER;
    if (isAgain) this.#all.pop();
    const count = isAgain ? (last.count ?? 1) + 1 : 1;
    this.#all.push({ number: ++this.#number, at: at.toISOString(), ...happening, ...(count > 1 && { count }) });
    if (this.#all.length > MOST) this.#all.shift();
  }
}

/** Of VPs each is told. */
function isSame(one: Happening, other: Happening): boolean {
  return one.vp === undefined && other.vp === undefined && one.kind === other.kind && one.code === other.code;
}
