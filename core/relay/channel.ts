import { ScrError, endingOf, errors, reasonOf } from '../contract/errors.js';
import { callListener, isThenable } from '../contract/listeners.js';
import { errorFields } from '../contract/logger.js';
import type {
  ChannelFigures,
  ChannelView,
  ClientOrigin,
  DataPassage,
  Direction,
  Ending,
  InstanceView,
  Port,
  Sink,
} from '../contract/views.js';
import type { Receiver } from '../session/session.js';
import { Backlog } from '../memory/backlog.js';
import type { Share } from '../memory/backlogs.js';
import type { Client } from './clients.js';
import type { RelayContext } from './context.js';
import type { Staller } from './stalls.js';
import { userOf } from './users.js';
import type { Block, Recipient } from '../memory/turn.js';

/** What plugins see of a channel. */
class View implements ChannelView {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get id(): number {
    return this.#channel.id;
  }
  get instance(): InstanceView {
    return this.#channel.instance;
  }
  get origin(): ClientOrigin {
    return this.#channel.origin;
  }
  send(direction: Direction, bytes: Uint8Array): boolean {
    return this.#channel.inject(direction, Buffer.from(bytes));
  }
  onClose(listener: (ending: Ending) => void): void {
    this.#channel.onClose(listener);
  }
  figures(): ChannelFigures {
    return this.#channel.figures();
  }
}

/** The relay that a channel belongs to, as the channel uses it. */
export interface ChannelRelay {
  readonly view: InstanceView;
  readonly name: string;
  /** True while more waits for the instance than it may. */
  readonly isCrowded: boolean;
  /** Whether other clients wait for one that is slow. */
  readonly isShared: boolean;
  /** @returns false when the channel takes nothing more */
  send(channel: number, bytes: Buffer): boolean;
  finish(channel: number): void;
  /** A client is gone: what still comes for it is dropped. */
  left(channel: Channel): void;
  /**
   * A client cannot keep pace: stops reading the instance until {@link unpause}.
   * @returns false where the client may not do so to the others: nothing has changed
   */
  pause(channel: Channel): boolean;
  unpause(channel: Channel): void;
}

/**
 * One client of an instance: passes bytes both ways, honours half-close, and bounds what waits for the client. Results that
 * its sink does not take wait in a backlog; past the limit the instance is not read, and a client that does
 * not catch up in time, or costs the others too much, is disconnected.
 */
export class Channel implements Client, Port, Receiver, Recipient, Staller {
  /** The number on the wire; 0 until it is opened. */
  id = 0;
  touched = false;
  readonly channel: ChannelView = new View(this);
  readonly instance: InstanceView;
  readonly user: string;
  readonly #core: RelayContext;
  readonly #relay: ChannelRelay;
  readonly #sink: Sink;
  /** Octets that the sink was given and keeps still, where it is the core's own; others count theirs. */
  readonly #inSink: () => number;
  readonly #share: Share;
  readonly #passages: Readonly<Record<Direction, DataPassage>>;
  /** What came for the client in the turn under way: whole pieces, and the run being gathered. */
  #batch: Buffer[] = [];
  #run: Block | undefined;
  #runStart = 0;
  #runEnd = 0;
  /** Those of the batch that handlers of `data` do not see. */
  readonly #injected = new Set<Buffer>();
  /** While handlers see the batch: what they have let through so far. */
  #filteredOut: Buffer[] | undefined;
  readonly #backlog = new Backlog();
  /** The sink takes nothing more for now. The backlog is empty otherwise. */
  #full = false;
  /** The instance finished the channel: nothing more comes for the client, and nothing of it may be sent. */
  #finished: Ending | undefined;
  /** The sink was told so. */
  #ended = false;
  /** The client has taken everything, the end included. */
  #taken = false;
  /** It is let go as soon as it has. */
  #dismissed = false;
  #pausesInstance = false;
  /** When the client is disconnected unless it takes what waits; clock time. Undefined while it keeps pace. */
  #deadline: number | undefined;
  #slowSince: Date | undefined;
  #gone: Ending | undefined;
  readonly #openedAt: Date;
  #bytesFromInstance = 0;
  #bytesToInstance = 0;
  readonly #closeListeners: ((ending: Ending) => void)[] = [];

  constructor(
    core: RelayContext,
    relay: ChannelRelay,
    sink: Sink,
    readonly origin: ClientOrigin,
    inSink = () => 0,
  ) {
    this.#core = core;
    this.#relay = relay;
    this.#sink = sink;
    this.#inSink = inSink;
    this.user = userOf(origin, core.limits);
    this.#share = core.backlogs.open(this.user, () => this.#crowdedOut());
    this.#openedAt = core.clock.date();
    const { channel } = this;
    const instance = (this.instance = relay.view);
    const about = (direction: Direction): DataPassage => ({ instance, channel, direction });
    this.#passages = { toInstance: about('toInstance'), toClient: about('toClient') };
  }

  get deadline(): number | undefined {
    return this.#deadline;
  }

  figures(): ChannelFigures {
    return {
      bytesFromInstance: this.#bytesFromInstance,
      bytesToInstance: this.#bytesToInstance,
      waiting: this.#waiting(),
      slowSince: this.#slowSince,
      openedAt: this.#openedAt,
    };
  }

  // ---- from the client to the instance

  send(bytes: Buffer): boolean {
    if (this.#finished !== undefined) return true; // [CHAN-6]: nothing may be sent on a channel after its peer's FIN was received
    if (this.#hasLeft()) return true;
    const passed = this.#filtered(bytes, 'toInstance');
    if (passed !== undefined) this.#toInstance(passed);
    return !this.#relay.isCrowded;
  }

  #toInstance(bytes: Buffer): boolean {
    if (!this.#relay.send(this.id, bytes)) return false;
    this.#bytesToInstance += bytes.length;
    return true;
  }

  finish(): void {
    if (this.#hasLeft()) return;
    this.#debug('client.finished');
    this.#relay.finish(this.id);
  }

  /** Puts bytes on the channel that nobody sent. @returns false when that direction is closed */
  inject(direction: Direction, bytes: Buffer): boolean {
    if (this.#finished !== undefined || this.#hasLeft()) return false;
    if (bytes.length === 0) return true;
    if (direction === 'toInstance') return this.#toInstance(bytes);
    if (this.#filteredOut === undefined) this.#core.turn.run(() => this.#addToBatch(bytes));
    else this.#filteredOut.push(bytes); // in front of those that a handler was given just now
    return true;
  }

  #addToBatch(bytes: Buffer): void {
    this.#core.turn.touch(this);
    this.#closeRun();
    this.#batch.push(bytes);
    if (this.#core.data.used) this.#injected.add(bytes);
  }

  // ---- from the instance to the client

  data(source: Buffer, start: number, end: number): void {
    const { turn } = this.#core;
    turn.touch(this);
    const at = turn.append(source, start, end);
    if (this.#run !== turn.block || this.#runEnd !== at) {
      this.#closeRun();
      this.#run = turn.block;
      this.#runStart = at;
    }
    this.#runEnd = at + end - start;
  }

  #closeRun(): void {
    if (this.#run === undefined) return;
    this.#batch.push(this.#run.bytes.subarray(this.#runStart, this.#runEnd));
    this.#bytesFromInstance += this.#runEnd - this.#runStart;
    this.#run = undefined;
  }

  end(why?: Ending): void {
    this.#finished ??= why ?? endingOf(errors.SCR_CHANNEL_FINISHED);
    this.#debug('channel.finished');
    this.#core.turn.touch(this);
  }

  /** Gives the client what the turn brought. One whose sink fails must not keep the others from what is theirs. */
  deliver(): void {
    try {
      this.#deliver();
    } catch (cause) {
      this.#sinkFailed(cause);
    }
  }

  /** A sink may be asynchronous, though nobody waits for it: what rejects must not end the process. */
  #heed<T>(call: () => T): T {
    const answer = call();
    if (isThenable(answer)) answer.then(undefined, (cause: unknown) => this.#sinkFailed(cause));
    return answer;
  }

  #sinkFailed(cause: unknown): void {
    this.abort(new ScrError(errors.SCR_CLIENT_FAILED, this.#name(), { cause }));
  }

  #deliver(): void {
    this.#closeRun();
    const batch = this.#batch;
    this.#batch = [];
    const pieces = this.#core.data.used ? this.#filteredBatch(batch) : batch;
    if (this.#hasLeft()) return; // in this turn, because of a handler that failed maybe
    if (pieces.length > 0) this.#pass(pieces);
    if (this.#finished !== undefined) this.#end();
  }

  #hasLeft(): boolean {
    return this.#gone !== undefined;
  }

  /** What handlers make of all that a turn brought; they are called once for each of its pieces, not for each frame. */
  #filteredBatch(batch: readonly Buffer[]): readonly Buffer[] {
    const out: Buffer[] = [];
    this.#filteredOut = out;
    for (const piece of batch) {
      const bytes = this.#injected.delete(piece) ? piece : this.#filtered(piece, 'toClient');
      if (bytes === undefined || bytes.length === 0) continue;
      // A handler may fill its own memory anew as soon as it is called again.
      out.push(bytes.buffer === piece.buffer ? bytes : Buffer.from(bytes));
    }
    this.#filteredOut = undefined;
    return out;
  }

  #pass(pieces: readonly Buffer[]): void {
    if (this.#full) for (const bytes of pieces) this.#backlog.push(bytes);
    else this.#give(pieces);
    if (!this.#full) return;
    this.#countWaiting();
    if (!this.#hasRoom()) this.#pauseInstance();
  }

  /** What waits for it counts among what waits for all. That may be too much, and this client the one that goes. */
  #countWaiting(): void {
    if (!this.#hasLeft()) this.#share.set(this.#backlog.memory + this.#inSink());
  }

  #hasRoom(): boolean {
    return this.#waiting() < this.#allowance();
  }

  /** Octets that came for it and were not passed on. */
  #waiting(): number {
    return this.#hasLeft() ? 0 : this.#backlog.bytes + this.#inSink();
  }

  /** A backlog lets the other clients of the instance go on. Where there is none, it would only cost memory and copies. */
  #allowance(): number {
    return this.#relay.isShared ? this.#core.limits.clientBuffer : 0;
  }

  /** It stays full until it says otherwise, whatever it answers at the end of a call that another one came into. */
  #give(pieces: readonly Buffer[]): void {
    if (!this.#heed(() => this.#sink.data(pieces))) this.#full = true;
  }

  ready(): void {
    try {
      this.#ready();
    } catch (cause) {
      this.#sinkFailed(cause); // whoever calls has done nothing wrong
    }
  }

  #ready(): void {
    if (this.#ended) return this.#allTaken();
    // Stryker disable next-line ConditionalExpression: it saves the rest, which would change nothing
    if (!this.#full) return;
    this.#full = false;
    this.#share.set(0);
    if (this.#backlog.bytes > 0) this.#giveBacklog();
    if (this.#finished === undefined) this.#endStall();
    else if (!this.touched) this.#end(); // otherwise what the turn under way brought goes first
  }

  #giveBacklog(): void {
    this.#give(this.#backlog.takeAll());
    if (this.#full) this.#countWaiting();
  }

  /** The last of the results: end of file follows them. The client has a time to take it all and leave. */
  #end(): void {
    if (this.#hasLeft()) return; // its sink may have closed it at the last results
    this.#endStall();
    this.#startStall();
    if (this.#full) return;
    this.#ended = true;
    this.#heed(() => this.#sink.end());
  }

  #allTaken(): void {
    this.#taken = true;
    if (this.#dismissed) this.close();
  }

  // ---- pace

  #pauseInstance(): void {
    if (this.#hasLeft()) return; // its sink has closed it, and was full
    this.#startStall();
    if (this.#pausesInstance) return;
    if (!this.#relay.pause(this)) return this.tooSlow();
    this.#pausesInstance = true;
    this.#slowSince = this.#core.clock.date();
    this.#debug('client.slow');
  }

  #startStall(): void {
    this.#deadline ??= this.#core.clock.now() + this.#core.limits.clientStall * 1000;
    this.#core.clients.watch(this);
  }

  #endStall(): void {
    this.#deadline = undefined;
    this.#slowSince = undefined;
    this.#core.clients.unwatch(this);
    if (!this.#pausesInstance) return;
    this.#pausesInstance = false;
    this.#relay.unpause(this);
  }

  /** There is another client from now on: this one need not hold it up while its backlog has room. */
  joined(): void {
    if (this.#pausesInstance && this.#hasRoom()) this.#endStall();
  }

  tooSlow(): void {
    this.abort(new ScrError(errors.SCR_CLIENT_TOO_SLOW, this.#name()));
  }

  #crowdedOut(): void {
    this.abort(new ScrError(errors.SCR_BACKLOG_CROWD, this.#name()));
  }

  /** The deadline has passed: disconnects the client. */
  expire(): void {
    if (this.#taken) this.close();
    else this.abort(new ScrError(errors.SCR_CLIENT_STALLED, this.#name()));
  }

  /** Tells the client whether the instance takes what it sends. */
  pace(open: boolean): void {
    if (this.#hasLeft() || (this.#finished !== undefined && !open)) return;
    try {
      this.#heed(() => this.#sink.pace?.(open));
    } catch (cause) {
      this.#sinkFailed(cause);
    }
  }

  // ---- the end

  /** Lets the client go as soon as it has taken everything: the controller stops. */
  dismiss(): void {
    this.#dismissed = true;
    if (this.#taken) this.close();
  }

  /** Disconnects the client because something went wrong; the instance and its other clients go on. */
  abort(why: ScrError): void {
    if (this.#hasLeft()) return;
    this.#core.log.warn({ event: 'client.dropped', ...this.#fields(), ...errorFields(why) }, why.message);
    this.close(endingOf(why));
  }

  close(why: Ending = this.#finished ?? endingOf(errors.SCR_CLIENT_LEFT)): void {
    if (this.#hasLeft()) return;
    this.#gone = why;
    this.#endStall();
    this.#closeRun();
    this.#batch = [];
    this.#backlog.takeAll();
    this.#share.set(0);
    this.#relay.left(this);
    this.#call((ending) => this.#sink.closed(ending), why);
    this.#tellOfEnd(why);
  }

  #tellOfEnd(ending: Ending): void {
    const { clock, clients, log } = this.#core;
    const figures = { bytesFromInstance: this.#bytesFromInstance, bytesToInstance: this.#bytesToInstance };
    const at = clock.date();
    const duration = at.getTime() - this.#openedAt.getTime();
    clients.gone(this, { channel: this.channel, ending, ...figures, duration, at });
    const fields = { event: 'client.gone', ...this.#fields(), code: ending.code, ...figures, seconds: duration / 1000 };
    log.info(fields, `a client of ${this.#relay.name} is gone: ${ending.reason}`);
    for (const listener of this.#closeListeners.splice(0)) this.#call(listener, ending);
  }

  /** Calls `listener` once the client has left; at once where it has already. */
  onClose(listener: (ending: Ending) => void): void {
    if (this.#gone === undefined) this.#closeListeners.push(listener);
    else this.#call(listener, this.#gone);
  }

  /** A listener of a plugin that fails must not keep anybody else from being told. */
  #call(listener: (ending: Ending) => void, ending: Ending): void {
    callListener(
      () => listener(ending),
      (cause) => this.#listenerFailed(cause),
    );
  }

  #listenerFailed(cause: unknown): void {
    const failure = new ScrError(errors.SCR_LISTENER_FAILED, this.#name(), { cause });
    this.#core.log.error({ event: 'listener.failed', ...this.#fields(), ...errorFields(failure) }, reasonOf(failure));
  }

  #filtered(bytes: Buffer, direction: Direction): Buffer | undefined {
    const { data } = this.#core;
    // Stryker disable next-line ConditionalExpression: it saves a call
    if (!data.used) return bytes;
    if (this.#hasLeft()) return undefined; // because of a handler that failed, in this very turn
    try {
      return data.run(bytes, this.#passages[direction]);
    } catch (cause) {
      this.abort(cause instanceof ScrError ? cause : new ScrError(errors.SCR_INTERNAL, undefined, { cause }));
      return undefined;
    }
  }

  #name(): string {
    return `${this.#relay.name} channel ${this.id}`;
  }

  #fields(): Record<string, unknown> {
    return { instance: this.#relay.name, channel: this.id };
  }

  /** The client's connection failed: a line of the log for whoever looks for a mistake. */
  tellOfError(cause: unknown): void {
    this.#debug('client.error', { cause: reasonOf(cause) });
  }

  #debug(event: string, more: Record<string, unknown> = {}): void {
    if (this.#core.log.isLevelEnabled('debug')) this.#core.log.debug({ event, ...this.#fields(), ...more }, event);
  }
}
