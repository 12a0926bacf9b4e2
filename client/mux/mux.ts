import type { Socket } from 'node:net';
import type { Channel, ChannelOptions } from '../channel/channel.js';
import { Dialogue } from '../channel/dialogue.js';
import { Deferred } from '../deferred.js';
import { ClientError } from '../errors.js';
import { Gauge, Share } from '../gauge.js';
import { plainly } from '../plainly.js';
import type { Change } from './changes.js';
import type { Fleet } from './fleet.js';
import { FrameReader, type FrameSink, dataFrame } from './frames.js';
import { type Message, closeFrame, openFrame, readMessage } from './messages.js';
import { Roster } from './roster.js';
import type { VantagePoint } from './vantage-point.js';

/** A channel that is open, as far as is known here. */
interface Opened {
  readonly dialogue: Dialogue;
  readonly vp: VantagePoint;
  /** What the controller said before it closed the channel. */
  reason?: string;
}

/**
 * How long a VP may be gone before its channels are given up, in milliseconds. A controller that has other news of it takes it
 * away and brings it back at once; one written in C does not close the channels of one that is lost.
 */
const GONE_LIMIT = 2_000;
/** What a controller says of channels whose instance is lost for good, or was away just when they came. */
const LOST_AS = { SCR_INSTANCE_GONE: 'SCR_VP_GONE', SCR_INSTANCE_AWAY: 'SCR_VP_AWAY' } as const;

/** The client's side of a mux. */
export class Mux implements Fleet, FrameSink {
  /** The VPs are known. */
  readonly ready = new Deferred<undefined>();
  readonly #settled = new Deferred<boolean>();
  readonly #closed = new Deferred<ClientError | undefined>();
  readonly #socket: Socket;
  readonly #name: string;
  readonly #frames = new FrameReader();
  readonly #roster = new Roster();
  readonly #channels = new Map<number, Opened>();
  readonly #gauge: Gauge;
  /** Numbers of channels are not used again. */
  #lastChannel = 0;
  /** The GOs that came: one when all that are connected are told, one when those that are away are. */
  #went = 0;
  /** Octets that were read. */
  #heard = 0;
  #over: ClientError | undefined;

  /** @param limit octets that may wait for the program before the socket is read no more */
  constructor(socket: Socket, name: string, limit: number) {
    this.#socket = socket;
    this.#name = name;
    this.#gauge = new Gauge(limit, (on) => void (on ? socket.pause() : socket.resume()));
    let cause: Error | undefined;
    socket.on('error', (error) => (cause = error));
    socket.on('close', () => this.#lose(this.#lost(cause)));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  get closed(): Promise<ClientError | undefined> {
    return this.#closed.promise;
  }

  // ---- what the program wants

  vps(): VantagePoint[] {
    return this.#roster.all();
  }

  changes(): AsyncIterableIterator<Change, undefined> {
    return this.#roster.changes();
  }

  settled(limit = 500): Promise<boolean> {
    return new Promise((resolve) => {
      void this.#settled.promise.then(resolve);
      setTimeout(resolve, limit, false).unref();
    });
  }

  open(vp: VantagePoint, options: ChannelOptions = {}): Channel {
    const why = this.#over ?? this.#absence(vp);
    const channel = why === undefined ? ++this.#lastChannel : 0; // of those that are asked for, none is left out
    const carrier = {
      share: new Share(this.#gauge),
      write: (text: string) => this.#write(dataFrame(channel, text)),
      leave: () => this.#leave(channel),
    };
    const dialogue = new Dialogue(vp.name, carrier, options);
    if (why !== undefined) dialogue.lost(why);
    else {
      this.#channels.set(channel, { dialogue, vp });
      this.#write(openFrame(vp.id, channel));
    }
    return dialogue;
  }

  close(): void {
    if (this.#over !== undefined) return;
    for (const { dialogue } of [...this.#channels.values()]) dialogue.close();
    this.#socket.end(() => this.#socket.unref()); // who closes first need not wait for the other side
    this.#end(new ClientError('SCR_CHANNEL_CLOSED', this.#name), undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Why no channel of it can be opened now. What the program holds of it may be old. */
  #absence(vp: VantagePoint): ClientError | undefined {
    const known = this.#roster.get(vp.id);
    if (known === undefined) return gone(vp);
    return known.state === 'away' ? new ClientError('SCR_VP_AWAY', vp.name) : undefined;
  }

  #leave(channel: number): void {
    if (this.#channels.delete(channel)) this.#write(closeFrame(channel));
  }

  /** What one turn has to say leaves in one piece. */
  #write(frame: Buffer): void {
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(frame);
  }

  // ---- what the controller says

  #read(chunk: Buffer): void {
    if (this.#over !== undefined) return;
    try {
      this.#checkBeginning(chunk);
      this.#frames.push(chunk, this);
    } catch (failure) {
      if (!(failure instanceof ClientError)) throw failure;
      this.#lose(failure.of(this.#name));
    }
  }

  /** The first frame is on channel 0. Another program may tell itself by less than a frame, and then wait. */
  #checkBeginning(chunk: Buffer): void {
    const beginning = chunk.subarray(0, Math.max(0, 4 - this.#heard));
    this.#heard += chunk.length;
    if (beginning.some((octet) => octet !== 0)) throw new ClientError('SCR_NOT_A_MUX');
  }

  /** Nothing but what is said of VPs may come before GO. */
  data(channel: number, piece: Buffer): void {
    if (this.#went === 0) throw new ClientError('SCR_NOT_A_MUX');
    this.#channels.get(channel)?.dialogue.receive(piece);
  }

  control(payload: Buffer): void {
    const message = readMessage(payload);
    this.#roster.hear(message);
    this.#hear(message);
  }

  #hear(message: Message): void {
    if (message.type === 'go') this.#go();
    else if (message.type === 'reason') this.#reason(message.channel, message.text);
    else if (message.type === 'close') this.#closedByPeer(message.channel);
    else if (message.type === 'depart') this.#departed(message.instance);
  }

  #go(): void {
    this.#went++;
    if (this.#went === 1) this.ready.resolve(undefined);
    else this.#settled.resolve(true);
  }

  #reason(channel: number, text: string): void {
    const opened = this.#channels.get(channel);
    if (opened !== undefined) opened.reason = text;
  }

  #closedByPeer(channel: number): void {
    const opened = this.#channels.get(channel);
    if (opened === undefined) return;
    this.#channels.delete(channel);
    const { dialogue, vp, reason } = opened;
    const loss = lossOf(vp, reason);
    if (loss === undefined) dialogue.ended(reason);
    else dialogue.lost(loss);
  }

  /** A controller that tells of those that are away closes channels too, behind results that may take long to come. */
  get #closesChannels(): boolean {
    return this.#went > 1;
  }

  #departed(instance: number): void {
    const isOpen = [...this.#channels.values()].some(({ vp }) => vp.id === instance);
    if (isOpen) setTimeout(() => this.#giveUp(instance), GONE_LIMIT).unref();
  }

  #giveUp(instance: number): void {
    if (this.#closesChannels || this.#roster.get(instance) !== undefined) return;
    for (const [channel, { dialogue, vp }] of this.#channels) {
      if (vp.id !== instance) continue;
      this.#leave(channel);
      dialogue.lost(gone(vp));
    }
  }

  // ---- the end

  /** A mux speaks first; one that wants TLS hangs up on who speaks something else. */
  #lost(cause: Error | undefined): ClientError {
    const encrypted = cause !== undefined && 'code' in cause && String(cause.code).startsWith('ERR_SSL');
    if (encrypted) return new ClientError('SCR_MUX_TLS', this.#name, { cause: plainly(cause) });
    return new ClientError(this.#heard === 0 ? 'SCR_NOT_A_MUX' : 'SCR_MUX_LOST', this.#name, { cause });
  }

  #lose(why: ClientError): void {
    this.#socket.destroy();
    if (this.#over === undefined) this.#end(why, why);
  }

  /** @param told what who follows the connection is told: nothing where this program ended it */
  #end(why: ClientError, told: ClientError | undefined): void {
    this.#over = why;
    for (const { dialogue } of this.#channels.values()) dialogue.lost(why);
    this.#channels.clear();
    this.#roster.end(told);
    this.ready.reject(why);
    this.#settled.resolve(false);
    this.#closed.resolve(told);
    this.#socket.resume(); // its end is to be seen
  }
}

function gone({ name }: VantagePoint): ClientError {
  return new ClientError('SCR_VP_GONE', name);
}

/** @returns undefined where the channel ended for another reason than its VP's absence */
function lossOf({ name }: VantagePoint, reason = ''): ClientError | undefined {
  const code = Object.entries(LOST_AS).find(([said]) => reason.startsWith(`${said}:`))?.[1];
  return code === undefined ? undefined : new ClientError(code, name, { reason });
}
