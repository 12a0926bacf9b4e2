/** Somebody who waits for the next item. */
interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (failure: unknown) => void;
}

const DONE = { value: undefined, done: true } as const;

/** The waiting half of an async iterator: items are taken from where they are kept, when somebody asks for them. */
export class Pull<T extends object> implements AsyncIterableIterator<T, undefined> {
  readonly #take: () => T | undefined;
  readonly #left: () => void;
  readonly #waiters: Waiter<T>[] = [];
  #ended = false;
  /** Thrown once. */
  #failure: unknown;

  /**
   * @param take the next item, if there is one
   * @param left is called when who iterates stops early
   */
  constructor(take: () => T | undefined, left: () => void) {
    this.#take = take;
    this.#left = left;
  }

  /** There may be an item now. */
  wake(): void {
    while (this.#waiters.length > 0) {
      const value = this.#take();
      if (value === undefined) return;
      this.#waiters.shift()?.resolve({ value, done: false });
    }
  }

  /** No more items come. Those that are there are still handed out; then the iteration ends, once with the failure if there is one. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#serve();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject: (failure: unknown) => void) => {
      this.#waiters.push({ resolve, reject });
      this.#serve();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#left();
    this.end();
    this.#failure = undefined;
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    this.wake();
    if (this.#ended) for (const waiter of this.#waiters.splice(0)) this.#settle(waiter);
  }

  #settle({ resolve, reject }: Waiter<T>): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) resolve(DONE);
    else reject(failure);
  }
}
