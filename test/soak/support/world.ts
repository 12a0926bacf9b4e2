import { type Client, pair } from '../../model/support/client.js';
import { must } from '../../model/support/fault.js';
import { Flows } from '../../model/support/flow.js';
import type { Scamper, ScamperWorld, Tail } from '../../model/support/scamper.js';
import { Conversation, GREETING, REQUEST } from './conversation.js';
import type { Counts } from './counts.js';
import type { Daemon } from './daemon.js';

/** How instances answer, and what must hold for what they are sent. */
export class World implements ScamperWorld<Client> {
  readonly up = new Flows<Client>();
  readonly down = new Flows<Tail<Client>>();

  constructor(
    readonly daemon: Daemon,
    readonly counts: Counts,
  ) {}

  now(): number {
    return performance.now();
  }

  paired(client: Client, tail: Tail<Client>): void {
    pair(client, tail);
  }

  opened(tail: Tail<Client>): void {
    tail.scamper.say(tail, GREETING);
  }

  heard(tail: Tail<Client>): void {
    const conversation = tail.client === undefined ? undefined : Conversation.of(tail.client);
    if (conversation === undefined) return;
    const { rounds, answer, end } = conversation.manner;
    const due = Math.floor(tail.inbox.got / REQUEST);
    for (; conversation.answered < due; conversation.answered++) tail.scamper.say(tail, answer);
    if (end === 'done' && due >= rounds) tail.scamper.finish(tail);
  }

  /** The controller's CHANNEL_FIN is behind all that the client has said. */
  finished(tail: Tail<Client>): void {
    const { client } = tail;
    if (client !== undefined && !tail.isOrphan && !this.daemon.isDown) this.#judge(tail, client);
    tail.scamper.finish(tail);
  }

  #judge(tail: Tail<Client>, client: Client): void {
    const { state, up, wasSlow } = client;
    const conversation = Conversation.of(client);
    if (state === 'open' && conversation !== undefined) conversation.wasDropped = true;
    must(state !== 'open' || wasSlow, () => `${tail.name} was finished, and ${client.name} was not`);
    const { got } = tail.inbox;
    must(state !== 'finished' || got === up.sent, () => `${tail.name} was finished after ${got} octets of ${up.sent}`);
  }

  rejected({ name }: Scamper<Client>): void {
    this.counts.rejected++;
    this.counts.fault(`${name} was rejected`);
  }
}
