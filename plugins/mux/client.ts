import type { Duplex } from 'node:stream';
import {
  type Account,
  type ClientOrigin,
  type Ending,
  type ErrorSpec,
  type LogFields,
  type PluginController,
  ScrError,
  peerName,
  readFrom,
} from '../../plugin-sdk/index.js';
import { Bulletin } from './bulletin.js';
import { Channel, type ChannelOwner } from './channel.js';
import type { Directory } from './directory.js';
import { errors } from './errors.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import { FrameReader, type FrameTaker } from './wire/frame-reader.js';
import { Type, channelClose, channelReason } from './wire/messages.js';

const LEFT: Ending = { code: 'SCR_CLIENT_LEFT', reason: 'the client left' };
/** Octets that are kept for a channel, and of answers, at most; less where limits.clientBuffer is less. */
const KEPT = 262_144;
/** For how many full channels a client may have kept what their instances do not take. */
const FULL_CHANNELS = 64;
/** Endings of a channel that a client needs no reason for. */
const ordinary = new Set(['SCR_CHANNEL_FINISHED', LEFT.code]);

/** So many channels a client may open in one turn of the event loop; it is read on in the next. */
const OPEN_IN_TURN = 256;

const NOTHING = Buffer.alloc(0);

/** What all clients of a mux share. */
export interface ClientContext {
  readonly controller: Pick<PluginController, 'account' | 'atTurnEnd' | 'clock' | 'limits' | 'log'>;
  readonly directory: Directory;
  /** How many channels a client may have at a time. */
  readonly channels: number;
  /** The client is gone. */
  left(client: Client): void;
}

/** One program on the mux, with all its channels. */
export class Client implements ChannelOwner, FrameTaker, OutboxOwner {
  readonly most: number;
  /** When it connected; the clock's milliseconds. */
  readonly since: number;
  /** Whether it has sent a message, or something on a channel. */
  hasSpoken = false;
  readonly #context: ClientContext;
  readonly #stream: Duplex;
  readonly #origin: ClientOrigin;
  readonly #reader = new FrameReader();
  readonly #outbox: Outbox;
  /** Everything that waits for it. */
  readonly #account: Account;
  readonly #bulletin: Bulletin;
  readonly #unwatch: () => void;
  readonly #channels = new Map<number, Channel>();
  /** Those whose results wait until the client takes more, in the order in which it came to that. */
  readonly #waiting = new Set<Channel>();
  /** What was read, and waits for the next turn. */
  #rest: Buffer = NOTHING;
  #openedInTurn = 0;
  #opened = 0;
  #refused = 0;
  /** Octets that its channels keep for instances that take nothing. */
  #kept = 0;
  /** It is not read, because it does not read what it is answered. */
  #held = false;
  /** It sends no more, and still reads. */
  #finished = false;
  /** It is ended as soon as it has taken what waits. */
  #leaving = false;
  #over = false;

  constructor(context: ClientContext, stream: Duplex, origin: ClientOrigin) {
    const { clock, limits } = context.controller;
    this.#context = context;
    this.#stream = stream;
    this.#origin = origin;
    this.most = Math.min(limits.clientBuffer, KEPT);
    this.#account = context.controller.account(origin, () => this.drop(errors.SCR_MUX_BACKLOG));
    this.since = clock.now();
    this.#outbox = new Outbox(stream, this, () => clock.now());
    this.#bulletin = new Bulletin(context.directory, this.#outbox);
    this.#unwatch = context.directory.watch((id) => {
      this.#bulletin.changed(id);
      this.due();
    });
  }

  /** Tells the client what is there, and begins to read. */
  begin(): void {
    const stream = this.#stream;
    this.#report('info', { event: 'mux.attached' }, 'a client attached to the mux');
    stream.on('error', () => undefined); // `close` follows
    stream.on('close', () => this.end(LEFT));
    if (stream.destroyed) return this.end(LEFT);
    this.flush();
    stream.on('end', () => this.#finish());
    readFrom(stream, (chunk) => this.#read(chunk));
  }

  /** Since when it has taken nothing of what waits for it; undefined while it keeps pace. */
  get blockedSince(): number | undefined {
    return this.#outbox.blockedSince;
  }

  // ---- from the client

  /** Opening a channel costs far more than asking for it: thousands at once must not keep everybody else waiting. */
  get takesMore(): boolean {
    return this.#openedInTurn < OPEN_IN_TURN && !this.#over;
  }

  #read(chunk: Buffer): void {
    // A stream that was paused may still have something on its way.
    const taken = this.#rest.length > 0 ? 0 : this.#reader.push(chunk, this);
    if (this.#over || taken === chunk.length) return;
    this.#rest = Buffer.concat([this.#rest, chunk.subarray(taken)]);
    this.#pace();
    this.#context.controller.atTurnEnd(this.#readOn);
  }

  readonly #readOn = (): void => {
    const rest = this.#rest;
    this.#rest = NOTHING;
    this.#openedInTurn = 0;
    this.#read(rest);
    this.#pace();
  };

  /** It is not read while something of it waits for the next turn, nor while it is behind with its answers. */
  #pace(): void {
    if (this.#rest.length > 0 || this.#held) this.#stream.pause();
    else this.#stream.resume();
  }

  piece(number: number, bytes: Buffer): void {
    this.hasSpoken = true;
    this.#channels.get(number)?.send(bytes); // [MUX-11]: behind CHANNEL_CLOSE it means nothing
  }

  message(payload: Buffer): void {
    if (this.#over) return;
    this.hasSpoken = true;
    if (payload.length < 2) return this.drop(errors.SCR_MUX_PROTOCOL, 'a message without a type');
    const type = payload.readUInt16BE(0);
    if (type === Type.CHANNEL_OPEN) this.#onOpen(payload);
    else if (type === Type.CHANNEL_CLOSE) this.#onClose(payload);
    // [MUX-13]: other types are passed over.
  }

  #onOpen(payload: Buffer): void {
    if (payload.length !== 10) return this.drop(errors.SCR_MUX_PROTOCOL, 'CHANNEL_OPEN of another length');
    const number = payload.readUInt32BE(6);
    this.#openedInTurn++;
    this.due();
    try {
      this.#open(payload.readUInt32BE(2), number);
    } catch (failure) {
      if (!(failure instanceof ScrError)) throw failure;
      this.#refuse(number, failure);
    }
  }

  /** @throws ScrError where it cannot be opened */
  #open(id: number, number: number): void {
    const entry = this.#context.directory.get(id);
    this.#assertFree(number);
    if (entry === undefined) throw new ScrError(errors.SCR_MUX_NO_INSTANCE, `instance ${id}`);
    this.#channels.set(number, new Channel(this, number, entry.instance, this.#origin));
    this.#opened++;
  }

  #assertFree(number: number): void {
    if (number === 0) throw new ScrError(errors.SCR_MUX_CHANNEL_ZERO);
    const taken = this.#channels.get(number);
    if (taken !== undefined) {
      this.#channels.delete(number); // its own ending is not told: this refusal is
      taken.close();
      throw new ScrError(errors.SCR_MUX_CHANNEL_TAKEN, `channel ${number}`);
    }
    if (this.#channels.size >= this.#context.channels) throw new ScrError(errors.SCR_MUX_CHANNELS);
  }

  /** [MUX-8] The connection lives, whatever was wrong. */
  #refuse(number: number, { code, message }: ScrError): void {
    if (this.#refused++ === 0) {
      this.#report('warn', { event: 'mux.refused', channel: number, code }, `a channel was refused: ${message}`);
    }
    this.#tellOfEnd(number, { code, reason: message });
  }

  #onClose(payload: Buffer): void {
    if (payload.length !== 6) return this.drop(errors.SCR_MUX_PROTOCOL, 'CHANNEL_CLOSE of another length');
    this.#channels.get(payload.readUInt32BE(2))?.close();
  }

  /** It sends no more; what is under way comes to its end. */
  #finish(): void {
    this.#finished = true;
    for (const channel of [...this.#channels.values()]) channel.finish();
    this.#endIfDone();
  }

  keep(octets: number): boolean {
    const hasRoom = this.#kept + octets <= FULL_CHANNELS * this.most;
    if (!hasRoom) return false;
    this.#kept += octets;
    this.#count();
    return true;
  }

  release(octets: number): void {
    this.#kept -= octets;
    this.#count();
  }

  /** What waits may be too much for the controller, and this client the one that goes. */
  #count(): void {
    if (!this.#over) this.#account.set(this.#kept + (this.#outbox.isFull ? this.#outbox.octets : 0));
  }

  #endIfDone(): void {
    if (this.#finished && this.#channels.size === 0 && !this.#over) this.bye();
  }

  // ---- to the client

  deliver(channel: Channel, pieces: readonly Buffer[]): boolean {
    this.#outbox.data(channel.number, pieces);
    if (!this.#outbox.isFull) return true;
    this.#waiting.add(channel);
    this.#count();
    return false;
  }

  ended(channel: Channel, ending: Ending): void {
    this.#waiting.delete(channel);
    if (this.#channels.get(channel.number) !== channel) return;
    this.#channels.delete(channel.number);
    if (this.#over) return;
    this.#tellOfEnd(channel.number, ending);
    this.#endIfDone();
  }

  #tellOfEnd(number: number, { code, reason }: Ending): void {
    if (!ordinary.has(code)) this.#outbox.frame(channelReason(number, `${code}: ${reason}`));
    this.#outbox.frame(channelClose(number));
    this.#holdIfBehind();
  }

  /** Each OPEN may bring an answer that is longer: who does not read these may not go on asking. */
  #holdIfBehind(): void {
    if (this.#held || this.#outbox.waiting <= this.most) return;
    this.#held = true;
    this.#pace();
  }

  #letGoOn(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#pace();
  }

  due(): void {
    this.#context.controller.atTurnEnd(this.flush);
  }

  readonly flush = (): void => {
    if (this.#over || this.#stream.writableEnded) return;
    this.#openedInTurn = 0;
    this.#bulletin.publish();
    this.#outbox.flush();
    if (this.#outbox.isFull) this.#count();
  };

  /** The client has taken everything: those whose turn it is go on. */
  room(): void {
    if (this.#over) return;
    if (this.#leaving) return void this.#stream.end();
    this.#account.set(0);
    this.#count();
    this.#letGoOn();
    this.#bulletin.publish();
    for (const channel of this.#waiting) {
      if (this.#outbox.isFull) return;
      this.#waiting.delete(channel);
      channel.ready();
    }
  }

  // ---- the end

  /** Ends it because of something it did, or did not do. */
  drop(why: ErrorSpec, detail?: string): void {
    if (this.#over) return;
    const failure = new ScrError(why, detail);
    this.#report(
      'warn',
      { event: 'mux.dropped', code: failure.code },
      `a client of the mux is dropped: ${failure.message}`,
    );
    this.end({ code: failure.code, reason: failure.message });
  }

  /** Sends what waits, and ends it. */
  bye(): void {
    this.#leaving = true;
    this.flush();
    if (!this.#outbox.isFull) this.#stream.end();
  }

  /** Ends it at once, with all its channels. */
  end(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    this.#account.set(0);
    this.#unwatch();
    for (const channel of [...this.#channels.values()]) channel.close({ code: ending.code, cause: ending.reason });
    this.#stream.destroy();
    const seconds = Math.round((this.#context.controller.clock.now() - this.since) / 1000);
    const figures = { channels: this.#opened, refused: this.#refused, seconds };
    this.#report(
      'info',
      { event: 'mux.gone', code: ending.code, ...figures },
      `a client of the mux is gone: ${ending.reason}`,
    );
    this.#context.left(this);
  }

  #report(level: 'info' | 'warn', fields: LogFields, message: string): void {
    const { credentials, peer, tls } = this.#origin;
    const from = {
      ...(credentials !== undefined && { credentials }),
      ...(peer !== undefined && { peer: peerName(peer) }),
      ...(tls?.subject !== undefined && { subject: tls.subject }),
    };
    this.#context.controller.log[level]({ ...fields, ...from }, message);
  }
}
