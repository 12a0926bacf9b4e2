import type { ChannelView, Command, CommandAnswer, CommandResult } from '../../plugin-sdk/index.js';

/** Tasks of one client that are not counted, and remembered: results of old scampers do not say whose they are. */
const UNCOUNTED = 1_024;

/** A measurement that was sent. */
interface Measurement {
  /** What it is counted under; undefined where it is not counted. */
  readonly key: string | undefined;
}

/** What a client has under way. */
class Tasks {
  readonly unanswered = new Map<Command, Measurement>();
  /** By their numbers; the oldest first. */
  readonly taken = new Map<number, Measurement>();
  #uncounted = 0;

  take(id: number, measurement: Measurement): void {
    this.taken.set(id, measurement);
    if (measurement.key === undefined && ++this.#uncounted > UNCOUNTED) this.#forgetOne();
  }

  /** @param id undefined for the oldest */
  end(id: number | undefined): Measurement | undefined {
    const [oldest] = this.taken.keys();
    const ended = id ?? oldest;
    const measurement = ended === undefined ? undefined : this.taken.get(ended);
    if (ended === undefined || measurement === undefined) return undefined;
    this.taken.delete(ended);
    if (measurement.key === undefined) this.#uncounted--;
    return measurement;
  }

  #forgetOne(): void {
    for (const [id, { key }] of this.taken) {
      if (key === undefined) return void this.end(id);
    }
  }
}

/**
 * Counts the measurements that run, each from when it was sent until scamper refused it, gave its last result or halted it, or
 * its client left. Scampers before 20230224 do not say whose a result is: it is taken for the oldest's of its client.
 */
export class Running {
  readonly #counts = new Map<string, number>();
  readonly #clients = new Map<ChannelView, Tasks>();

  /** How many run under a key. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** A command goes on to scamper. @param key what it is counted under, if it is */
  passed(command: Command, key: string | undefined): void {
    const tasks = this.#clients.get(command.channel) ?? new Tasks();
    this.#clients.set(command.channel, tasks);
    tasks.unanswered.set(command, { key });
    this.#add(key, 1);
  }

  answered(command: Command, answer: CommandAnswer): void {
    const tasks = this.#clients.get(command.channel);
    const measurement = tasks?.unanswered.get(command);
    if (tasks === undefined || measurement === undefined) return;
    tasks.unanswered.delete(command);
    if (answer.type === 'ok' && answer.id !== undefined) return tasks.take(answer.id, measurement);
    this.#add(measurement.key, -1);
    if (answer.type === 'ok' && answer.halted !== undefined) this.#end(tasks, answer.halted);
  }

  result({ channel, id, inProgress }: CommandResult): void {
    const tasks = this.#clients.get(channel);
    if (tasks !== undefined && !inProgress) this.#end(tasks, id);
  }

  detached(channel: ChannelView): void {
    const tasks = this.#clients.get(channel);
    this.#clients.delete(channel);
    for (const { key } of [...(tasks?.unanswered.values() ?? []), ...(tasks?.taken.values() ?? [])]) this.#add(key, -1);
  }

  #end(tasks: Tasks, id: number | undefined): void {
    this.#add(tasks.end(id)?.key, -1);
  }

  #add(key: string | undefined, more: 1 | -1): void {
    if (key === undefined) return;
    const count = this.of(key) + more;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
