/** Counts by code. Codes are those of the controller and its plugins: there are not many, and no more than so many are told apart. */
const MOST = 1_000;
const OTHER = 'other';

export class Tally {
  readonly #counts = new Map<string, number>();

  count(code: string): void {
    const name = this.#counts.has(code) || this.#counts.size < MOST ? code : OTHER;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  all(): { readonly code: string; readonly count: number }[] {
    return [...this.#counts].map(([code, count]) => ({ code, count }));
  }
}
