import type { RefusedConnection } from '../contract/observations.js';

/** Kinds of refusals that are counted one by one; plugins may invent codes, but not without end. */
const KINDS = 1_000;

interface Count {
  readonly step: string;
  readonly code: string;
  count: number;
}

/** What was refused, counted by step and code. */
export class Refusals {
  readonly #counts = new Map<string, Count>();

  count({ step, code }: Pick<RefusedConnection, 'step' | 'code'>): void {
    const known = this.#counts.get(`${step} ${code}`) ?? this.#begin(step, code);
    known.count++;
  }

  #begin(step: string, code: string): Count {
    const kind = this.#counts.size < KINDS ? { step, code, count: 0 } : { step: 'any', code: 'other', count: 0 };
    const key = `${kind.step} ${kind.code}`;
    const begun = this.#counts.get(key) ?? kind;
    this.#counts.set(key, begun);
    return begun;
  }

  all(): readonly Readonly<Count>[] {
    return [...this.#counts.values()].map((each) => ({ ...each }));
  }
}
