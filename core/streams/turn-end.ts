/** Tasks for the end of a turn of the event loop, when all that is ready to be read has been. */
export class TurnEnd {
  readonly #tasks = new Map<() => unknown, string>();
  readonly #run: (task: () => unknown, plugin: string) => void;

  /** @param run runs a task; must not throw */
  constructor(run: (task: () => unknown, plugin: string) => void) {
    this.#run = run;
  }

  /** Has `task` run once, however often it is given in this turn. */
  add(plugin: string, task: () => unknown): void {
    if (typeof task !== 'function') throw new TypeError('the task for the end of the turn is not a function');
    if (this.#tasks.size === 0) setImmediate(() => this.#runAll());
    this.#tasks.set(task, plugin);
  }

  #runAll(): void {
    const tasks = [...this.#tasks];
    this.#tasks.clear();
    for (const [task, plugin] of tasks) this.#run(task, plugin);
  }
}
