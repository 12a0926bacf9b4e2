import { connect } from 'node:net';
import { Client, outletOf } from '../../model/support/client.js';
import { Fault } from '../../model/support/fault.js';
import type { Flows } from '../../model/support/flow.js';
import type { MuxProgram } from '../../model/support/mux.js';
import type { Tail } from '../../model/support/scamper.js';
import type { Counts } from './counts.js';
import type { Daemon } from './daemon.js';
import { SocketLine } from './socket-line.js';
import type { VantagePoint } from './vantage-point.js';

/** Octets that an instance says when a channel is opened. */
export const GREETING = 16;
/** Octets of a request. */
export const REQUEST = 32;
/** Milliseconds in which something must go on while nothing is in the way. */
const PATIENCE = 60_000;
/** No client pays for its neighbours: none lets so much wait. */
const ALONE = { clientBuffer: Infinity, anySlow: () => false };

/** What a client does. */
export interface Manner {
  /** Requests, one after the other. */
  readonly rounds: number;
  /** Octets of an answer. */
  readonly answer: number;
  /** Milliseconds from an answer to the next request. */
  readonly think: number;
  /** Who ends it: the client with a half-close, the instance, or the client by leaving while an answer is on its way. */
  readonly end: 'finish' | 'done' | 'leave';
  /** Milliseconds for which it does not read after each request; 0: it always reads. */
  readonly rest: number;
}

/** What all conversations have in common. */
export interface Talk {
  readonly up: Flows<Client>;
  readonly down: Flows<Tail<Client>>;
  readonly daemon: Daemon;
  readonly counts: Counts;
  readonly guard: (task: () => void) => void;
}

let last = 0;

/** A client that its instance may not be there for any more, when it comes to its channel. */
class Caller extends Client {
  /** Whether the instance has lost its connection since. */
  wasCut: () => boolean = () => false;

  override endedFor(code: string): void {
    const cameLate = code === 'SCR_INSTANCE_AWAY' && this.inbox.got === 0 && this.wasCut();
    super.endedFor(cameLate ? 'SCR_MUX_NO_INSTANCE' : code);
  }
}

/** One client with one instance. The instance looks here for how it is to answer. */
export class Conversation {
  static readonly #all = new WeakMap<Client, Conversation>();
  readonly client: Caller;
  /** Requests that the instance has answered. */
  answered = 0;
  isOver = false;
  /** The controller finished its channel, and it had not asked for that. */
  wasDropped = false;
  /** Told how long an answer took, in milliseconds. */
  onAnswer: ((milliseconds: number) => void) | undefined;
  readonly #talk: Talk;
  readonly #life: number;
  readonly #losses: number;
  #line: SocketLine | undefined;
  #asked = 0;
  #askedAt = 0;
  #seenAt = performance.now();
  readonly #ended: () => void;

  /** @param ended told when it is over */
  constructor(
    talk: Talk,
    readonly vantagePoint: VantagePoint,
    readonly manner: Manner,
    ended: () => void,
  ) {
    this.#talk = talk;
    this.#ended = ended;
    this.#life = talk.daemon.life;
    this.#losses = vantagePoint.losses;
    this.client = new Caller(++last, vantagePoint.scamper.vp, talk.up, talk.down, ALONE);
    this.client.wasSlow = manner.rest > 0;
    this.client.wasCut = () => vantagePoint.losses !== this.#losses;
    this.client.heard = () => this.#heard();
    Conversation.#all.set(this.client, this);
    talk.counts.conversations++;
  }

  /** The conversation of a client. */
  static of(client: Client): Conversation | undefined {
    return Conversation.#all.get(client);
  }

  /** On a socket of its own. */
  join(): void {
    const { path } = this.vantagePoint;
    if (path === undefined) return this.#over();
    const socket = connect({ path, allowHalfOpen: true });
    const far = { read: (bytes: Buffer) => this.client.take(bytes), over: () => this.#end() };
    this.#line = new SocketLine(socket, far, this.#talk.guard);
    this.client.out = outletOf(this.#line);
  }

  /** On a channel of a mux. */
  open(program: MuxProgram): void {
    program.open(this.client);
  }

  #heard(): void {
    this.#seenAt = performance.now();
    const due = GREETING + this.#asked * this.manner.answer;
    if (this.client.inbox.got < due) return;
    if (this.#asked > 0) this.#took(this.#seenAt - this.#askedAt);
    if (this.#asked < this.manner.rounds) setTimeout(() => this.#ask(), this.#asked === 0 ? 0 : this.manner.think);
    else if (this.manner.end !== 'done') this.finish();
  }

  #took(milliseconds: number): void {
    this.#talk.counts.answers++;
    this.onAnswer?.(milliseconds);
  }

  #ask(): void {
    if (!this.client.isLive) return;
    this.#askedAt = this.#seenAt = performance.now();
    this.#asked++;
    this.client.say(REQUEST);
    if (this.manner.rest > 0) this.#line?.rest(this.manner.rest);
    if (this.manner.end === 'leave' && this.#asked === this.manner.rounds) setTimeout(() => this.leave(), 5);
  }

  /** It asks no more: by a half-close where there is one. */
  finish(): void {
    if (this.client.state !== 'open') return;
    if (this.client.out?.finish === undefined) this.leave();
    else this.client.finish();
  }

  leave(): void {
    this.client.leave();
    this.#over();
  }

  /** A client on a mux is told of its end by the mux; whoever is over has nothing more to come. */
  look(): void {
    if (!this.isOver && !this.client.isLive) this.#judgeMux();
    if (this.isOver || performance.now() - this.#seenAt < PATIENCE || !this.vantagePoint.isOn) return;
    this.#talk.guard(() => {
      throw new Fault(`${this.#who} waited for ${PATIENCE / 1000} s`);
    });
    this.leave();
  }

  #judgeMux(): void {
    const { ending } = this.client;
    this.#over();
    if (ending === 'SCR_INSTANCE_GONE' && !this.vantagePoint.hasLeft)
      throw new Fault(`${this.#who}: its session was lost`);
  }

  get #who(): string {
    const { client, vantagePoint, manner } = this;
    return `${client.name} of ${vantagePoint.scamper.name} (${JSON.stringify(manner)}), after ${client.inbox.got} octets,`;
  }

  /** End of file on its socket. Without a reason for less, it must have got everything. */
  #end(): void {
    const { client } = this;
    if (!client.isLive) return this.#over();
    const excuse = this.#excuse();
    if (excuse === 'missed') this.#talk.counts.missed++;
    else client.endedFor(excuse ?? 'SCR_CHANNEL_FINISHED');
    this.#over();
    if (excuse === undefined && client.tail === undefined) throw new Fault(`${this.#who} was let in and sent nothing`);
    client.end();
  }

  #excuse(): string | undefined {
    const { client, vantagePoint } = this;
    if (this.#life !== this.#talk.daemon.life || this.#talk.daemon.isDown) return 'killed';
    if (vantagePoint.hasLeft) return 'SCR_INSTANCE_GONE';
    if (client.inbox.got === 0 && vantagePoint.losses !== this.#losses) return 'missed';
    const isDropped = this.wasDropped || (client.wasSlow && client.tail?.finished !== true);
    return isDropped ? 'SCR_CLIENT_STALLED' : undefined;
  }

  #over(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#talk.counts.octets += this.client.inbox.got + (this.client.tail?.inbox.got ?? 0);
    this.#ended();
  }
}
