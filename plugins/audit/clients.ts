import type {
  ChannelView,
  Clock,
  Command,
  CommandAnswer,
  CommandHandlers,
  CommandResult,
  Refusal,
} from '../../plugin-sdk/index.js';
import { type Fields, nameFields } from './fields.js';
import type { Who } from './who.js';

/** Characters of a command that are recorded. */
const LONGEST_COMMAND = 4_096;

/** What happened on one channel so far. */
interface Client {
  readonly number: number;
  readonly since: number;
  readonly counts: Record<'sent' | 'accepted' | 'rejected' | 'refused' | 'results' | 'resultBytes', number>;
}

/** What is known of one command. */
interface Entry {
  /** Within its client. */
  readonly number: number;
  readonly since: number;
  results: number;
  resultBytes: number;
}

type Recorder = (event: string, fields: Fields) => void;

/** Follows the clients and their commands, and records them. */
export class Clients implements Required<Omit<CommandHandlers, 'command'>> {
  readonly #clients = new Map<ChannelView, Client>();
  readonly #entries = new WeakMap<Command, Entry>();
  #last = 0;

  constructor(
    private readonly clock: Clock,
    private readonly who: Who,
    private readonly record: Recorder,
  ) {}

  readonly attached = (channel: ChannelView): void => this.record('client.attached', this.#fieldsOf(channel));

  readonly passed = (command: Command): void => {
    const client = this.#clientOf(command.channel);
    client.counts.sent += 1;
    this.record('command.sent', this.#begin(client, command));
  };

  readonly refused = (command: Command, { plugin, rule, reason }: Refusal): void => {
    const client = this.#clientOf(command.channel);
    client.counts.refused += 1;
    this.record('command.refused', { ...this.#begin(client, command), by: plugin, rule, reason });
  };

  readonly answered = (command: Command, answer: CommandAnswer): void => {
    const { counts } = this.#clientOf(command.channel);
    const who = this.#fieldsOf(command.channel);
    const number = this.#entries.get(command)?.number;
    if (answer.type === 'err') {
      counts.rejected += 1;
      this.record('command.rejected', { ...who, number, error: answer.text });
    } else {
      counts.accepted += 1;
      this.record('command.accepted', { ...who, number, task: answer.id });
    }
  };

  readonly result = ({ channel, command, id, length, inProgress }: CommandResult): void => {
    const { counts } = this.#clientOf(channel);
    counts.results += 1;
    counts.resultBytes += length;
    const entry = command === undefined ? undefined : this.#entries.get(command);
    if (entry === undefined) return; // an old scamper: only the sums are known
    entry.results += 1;
    entry.resultBytes += length;
    if (!inProgress) this.#finished(channel, id, entry);
  };

  readonly detached = (channel: ChannelView): void => {
    const { counts, since } = this.#clientOf(channel);
    const who = this.#fieldsOf(channel);
    this.#clients.delete(channel);
    this.record('client.detached', { ...who, ...counts, seconds: this.#secondsFrom(since) });
  };

  #finished(channel: ChannelView, task: number | undefined, { number, results, resultBytes, since }: Entry): void {
    const seconds = this.#secondsFrom(since);
    this.record('command.finished', { ...this.#fieldsOf(channel), number, task, results, resultBytes, seconds });
  }

  #begin({ counts }: Client, command: Command): Fields {
    const number = counts.sent + counts.refused;
    this.#entries.set(command, { number, since: this.clock.now(), results: 0, resultBytes: 0 });
    return { ...this.#fieldsOf(command.channel), number, ...textOf(command) };
  }

  #clientOf(channel: ChannelView): Client {
    const known = this.#clients.get(channel);
    if (known !== undefined) return known;
    this.#last += 1;
    const client = {
      number: this.#last,
      since: this.clock.now(),
      counts: { sent: 0, accepted: 0, rejected: 0, refused: 0, results: 0, resultBytes: 0 },
    };
    this.#clients.set(channel, client);
    return client;
  }

  /** Who a client is and where, as far as it is known by now. */
  #fieldsOf(channel: ChannelView): Fields {
    const { id, instance, origin } = channel;
    const client = this.#clientOf(channel).number;
    return { client, ...nameFields(instance), channel: id, ...this.who.fields(origin) };
  }

  #secondsFrom(since: number): number {
    return Math.round(this.clock.now() - since) / 1_000;
  }
}

function textOf({ line }: Command): Fields {
  if (line.length <= LONGEST_COMMAND) return { command: line };
  return { command: line.slice(0, LONGEST_COMMAND), length: line.length };
}
