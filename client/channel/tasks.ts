import { type ClientError, brokenAnswer } from '../errors.js';
import type { Task } from './measurement.js';

/** What scamper is doing for a channel, and what a result belongs to. */
export class Tasks {
  /** The oldest first. */
  readonly #tasks = new Map<number, Task>();
  #tellsIds = false;

  /** Whether scamper has shown that it says which task a result belongs to. */
  get tellsIds(): boolean {
    return this.#tellsIds;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Scamper took a command. @throws ClientError SCR_ANSWER_BROKEN */
  add(id: number, task: Task): void {
    if (this.#tasks.has(id)) throw brokenAnswer(`two tasks have the number ${id}`);
    task.id = id;
    this.#tasks.set(id, task);
  }

  /** A result came; without a number it is taken for the oldest task's. @throws ClientError SCR_ANSWER_BROKEN */
  settle(id: number | undefined, inProgress: boolean, warts: Buffer): void {
    const [oldest] = this.#tasks.keys();
    const task = this.#tasks.get(id ?? oldest ?? -1);
    if (task === undefined) throw brokenAnswer('a result that belongs to no command');
    this.#tellsIds = id !== undefined;
    task.add({ warts, id, inProgress });
    if (inProgress || task.id === undefined) return;
    this.#tasks.delete(task.id);
    task.end();
  }

  /** All are over. @returns their numbers */
  end(why: ClientError): number[] {
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    for (const task of tasks) task.end(why);
    return tasks.flatMap(({ id }) => id ?? []);
  }
}
