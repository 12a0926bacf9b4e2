/** Tasks for the end of a turn of the event loop, when all that is ready to be read has been. */
export class TurnEnd {
  readonly #tasks = new Set<() => void>();
  readonly #failed: (cause: unknown) => void;

  /** @param failed is told of a task that throws; the others run */
  constructor(failed: (cause: unknown) => void) {
    this.#failed = failed;
  }

  /** Runs `task` once, however often it is given in this turn. */
  add(task: () => void): void {
    if (this.#tasks.size === 0) setImmediate(() => this.#run());
    this.#tasks.add(task);
  }

  #run(): void {
    const tasks = [...this.#tasks];
    this.#tasks.clear();
    for (const task of tasks) {
      try {
        task();
      } catch (cause) {
        this.#failed(cause);
      }
    }
  }
}
