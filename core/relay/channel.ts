import type { Duplex } from 'node:stream';
import { Backlog } from './backlog.js';
import type { CoreContext } from '../context.js';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import type { Block } from './gather.js';
import type { Instance } from '../instance/instance.js';
import { writeTogether } from './link.js';
import { errorFields } from '../contract/logger.js';
import type { ChannelSink } from '../session/session.js';
import { isKernelSocket, readFrom } from '../streams/sockets.js';
import type { ChannelView, ClientOrigin, DataPassage, Direction, InstanceView } from '../contract/views.js';

const NOTHING = Buffer.alloc(0);

/** The read-only face of a channel. */
class ChannelHandle implements ChannelView {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get id(): number {
    return this.#channel.id;
  }

  get instance(): InstanceView {
    return this.#channel.instance.view;
  }

  get origin(): ClientOrigin {
    return this.#channel.origin;
  }

  send(direction: Direction, bytes: Uint8Array): boolean {
    return this.#channel.inject(direction, Buffer.from(bytes));
  }

  onClose(listener: () => void): void {
    this.#channel.onClose(listener);
  }
}

/**
 * One local client of an instance: relays bytes both ways, honours half-close, and bounds what waits for the client.
 * Results that a client does not take wait in a backlog; past the limit the instance is held up, and a
 * client that holds it up for too long is disconnected.
 */
export class Channel implements ChannelSink {
  readonly id: number;
  readonly view: ChannelView;
  readonly #core: CoreContext;
  readonly #passages: Readonly<Record<Direction, DataPassage>>;
  /** What came for the client in the read being processed: whole pieces, and the run being gathered. */
  #batch: Buffer[] = [];
  #run: Block | undefined;
  #runStart = 0;
  #runEnd = 0;
  #touched = false;
  /** Those of the batch that handlers of `data` do not see. */
  readonly #injected = new Set<Buffer>();
  /** While handlers see the batch: what is to be written of it so far. */
  #filteredOut: Buffer[] | undefined;
  /** Blocks of writes that have not gone through. */
  #pinned: Block[] = [];
  /** Whether memory handed to the client's stream is free again as soon as nothing waits in it. */
  readonly #reusable: boolean;
  readonly #backlog = new Backlog();
  /** The instance finished the channel: nothing more comes for the client, and nothing of it may be sent. */
  #finished = false;
  #holding = false;
  /** When the client is disconnected unless it takes what waits; undefined while it keeps pace. */
  #deadline: number | undefined;
  #gone = false;
  readonly #closeListeners: (() => void)[] = [];

  constructor(
    core: CoreContext,
    readonly instance: Instance,
    readonly client: Duplex,
    readonly origin: ClientOrigin,
  ) {
    this.#core = core;
    this.#reusable = isKernelSocket(client);
    this.view = new ChannelHandle(this);
    const { view } = this;
    const about = (direction: Direction): DataPassage => ({ instance: instance.view, channel: view, direction });
    this.#passages = { toInstance: about('toInstance'), toClient: about('toClient') };
    // A stream of a plugin may fail at any of these: the instance learns of the channel only behind them.
    client.on('end', () => this.#clientFinished());
    client.on('error', (cause) => this.#log('client.error', cause));
    client.on('close', () => this.clientGone());
    readFrom(client, (chunk) => this.#fromClient(chunk));
    this.id = instance.session.open(this);
    core.clients.add(this);
  }

  /** When the client is disconnected unless it takes what waits for it; clock time. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  // ---- from the client to the instance

  #fromClient(chunk: Buffer): void {
    if (this.#finished) return; // [CHAN-6]: nothing may be sent on a channel after its peer's FIN was received
    const bytes = this.#filtered(chunk, 'toInstance');
    if (bytes !== undefined && bytes.length > 0) this.#toInstance(bytes);
  }

  #toInstance(bytes: Buffer): boolean {
    const sent = this.instance.session.send(this.id, bytes);
    this.instance.flush();
    this.instance.holdClientsIfFull();
    return sent;
  }

  /** Puts bytes on the channel that nobody sent. @returns false when that direction is closed */
  inject(direction: Direction, bytes: Buffer): boolean {
    if (this.#finished || this.#hasLeft()) return false;
    if (bytes.length === 0) return true;
    if (direction === 'toInstance') return this.#toInstance(bytes);
    if (this.#filteredOut === undefined) {
      this.#touch();
      this.#closeRun();
      this.#batch.push(bytes);
      if (this.#core.hooks.data.used) this.#injected.add(bytes);
      this.instance.deliverUnlessBusy();
    } else {
      this.#filteredOut.push(bytes); // in front of those that a handler was given just now
    }
    return true;
  }

  #clientFinished(): void {
    this.#log('client.finished');
    this.instance.session.finish(this.id);
    this.instance.flush();
  }

  /** Calls `listener` once the client has left; at once where it has already. */
  onClose(listener: () => void): void {
    if (this.#gone) this.#tell(listener);
    else this.#closeListeners.push(listener);
  }

  /** A listener of a plugin that fails must not keep anybody else from being told. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (cause) {
      const failure = new ScrError(errors.SCR_LISTENER_FAILED, this.#name(), { cause });
      this.#core.log.error({ event: 'listener.failed', ...this.#fields(), ...errorFields(failure) }, reasonOf(failure));
    }
  }

  /** The client has left, or was made to. */
  clientGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#core.clients.delete(this);
    this.#endStall();
    this.#batch = [];
    this.#run = undefined;
    this.#unpin();
    this.#backlog.takeAll();
    this.instance.session.abandon(this.id);
    this.instance.channels.delete(this);
    this.instance.flush();
    this.#core.log.info({ event: 'client.gone', ...this.#fields() }, `a client of ${this.instance.name} left`);
    for (const listener of this.#closeListeners.splice(0)) this.#tell(listener);
  }

  // ---- from the instance to the client

  data(source: Buffer, start: number, end: number): void {
    const { gather } = this.#core;
    this.#touch();
    const at = gather.append(source, start, end);
    if (this.#run !== gather.block || this.#runEnd !== at) {
      this.#closeRun();
      this.#run = gather.block;
      this.#runStart = at;
    }
    this.#runEnd = at + end - start;
  }

  #closeRun(): void {
    if (this.#run !== undefined) this.#batch.push(this.#run.bytes.subarray(this.#runStart, this.#runEnd));
    this.#run = undefined;
  }

  #touch(): void {
    if (this.#touched) return;
    this.#touched = true;
    this.instance.touched.push(this);
  }

  end(): void {
    this.#finished = true;
    this.#log('channel.finished');
    this.#touch();
  }

  /** Hands what the last read brought to the client: at most one write. */
  deliver(): void {
    this.#touched = false;
    this.#closeRun();
    const batch = this.#batch;
    this.#batch = [];
    if (this.#hasLeft()) return;
    const bytes = this.#core.hooks.data.used ? this.#filteredBatch(batch) : batch;
    if (this.#hasLeft()) return; // because of a handler that failed
    if (bytes.length > 0) this.#pass(bytes);
    if (this.#finished) this.#endClient();
  }

  #hasLeft(): boolean {
    return this.#gone || this.client.destroyed;
  }

  /** Its stream failed at being written to: a fault of one client must not keep the others waiting. */
  deliveryFailed(cause: unknown): void {
    this.abort(new ScrError(errors.SCR_CLIENT_FAILED, this.#name(), { cause }));
  }

  /** What handlers make of all that a read brought; they are called once for each of its pieces, not for each frame. */
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

  #pass(batch: readonly Buffer[]): void {
    if (this.client.writableLength === 0 && this.#backlog.bytes === 0) this.#write(batch);
    else for (const bytes of batch) this.#backlog.push(bytes);
    if (this.client.writableLength > 0 && this.#backlog.bytes >= this.#allowance()) this.#hold();
  }

  /** A backlog lets the other clients of the instance go on. Where there is none, it would only cost memory and copies. */
  #allowance(): number {
    return this.instance.channels.size > 1 ? this.#core.limits.clientBuffer : 0;
  }

  #write(batch: readonly Buffer[]): void {
    const { gather } = this.#core;
    if (!this.#reusable || gather.scarce) {
      // Other streams than sockets may keep what they are given.
      writeTogether(
        this.client,
        batch.map((bytes) => Buffer.from(bytes)),
        this.#onWritten,
      );
      return;
    }
    // A callback would cost a turn of Node's queue for each write; nearly all of them go through at once.
    writeTogether(this.client, batch);
    if (this.client.writableLength === 0) return;
    this.#pin();
    this.client.write(NOTHING, this.#onWritten);
  }

  /** What one read brought is in the present block, or in the one before as well. */
  #pin(): void {
    const before = this.#pinned;
    this.#pinned = this.#core.gather.pinRecent();
    for (const block of before) this.#core.gather.unpin(block);
  }

  #unpin(): void {
    for (const block of this.#pinned) this.#core.gather.unpin(block);
    this.#pinned = [];
  }

  readonly #onWritten = (): void => {
    if (this.client.writableLength > 0) return;
    if (this.#pinned.length > 0) this.#unpin();
    if (this.#backlog.bytes > 0) writeTogether(this.client, this.#backlog.takeAll(), this.#onWritten);
    if (this.#finished) this.#endClient();
    else if (this.#deadline !== undefined) this.#endStall();
  };

  /** The last of the results: end of file follows them. The client has a time to take it all and leave. */
  #endClient(): void {
    if (this.client.writableEnded) return;
    this.#endStall();
    this.#startStall();
    if (this.client.writableLength > 0 || this.#backlog.bytes > 0) return;
    this.client.end();
    this.client.resume(); // bytes left unread would reset the connection and could lose the results
  }

  // ---- pace

  #hold(): void {
    this.#startStall();
    if (this.#holding) return;
    this.#holding = true;
    this.instance.hold();
    this.#log('client.slow');
  }

  #startStall(): void {
    this.#deadline ??= this.#core.clock.now() + this.#core.limits.clientStall * 1000;
    this.#core.stalled.add(this);
  }

  #endStall(): void {
    this.#deadline = undefined;
    this.#core.stalled.delete(this);
    if (!this.#holding) return;
    this.#holding = false;
    this.instance.release();
  }

  /** The deadline has passed: disconnects the client. */
  expire(): void {
    const slow = !this.client.writableFinished;
    if (slow) this.abort(new ScrError(errors.SCR_CLIENT_STALLED, this.#name()));
    else this.disconnect();
  }

  /** Stops reading the client, or goes on. */
  pauseClient(paused: boolean): void {
    if (paused && !this.#finished) this.client.pause();
    else this.client.resume();
  }

  /** Disconnects the client because something went wrong; the instance and its other clients go on. */
  abort(why: ScrError): void {
    this.#core.log.warn({ event: 'client.dropped', ...this.#fields(), ...errorFields(why) }, why.message);
    this.disconnect();
  }

  /** Ends the client's stream at once. One of a plugin may fail at that, or never tell that it has closed. */
  disconnect(): void {
    try {
      this.client.destroy();
    } catch (cause) {
      this.#log('client.error', cause);
    }
    this.clientGone();
  }

  #filtered(bytes: Buffer, direction: Direction): Buffer | undefined {
    const { data } = this.#core.hooks;
    if (!data.used) return bytes;
    if (this.#hasLeft()) return undefined; // because of a handler that failed, in this very read
    try {
      return data.run(bytes, this.#passages[direction]);
    } catch (failure) {
      this.abort(
        failure instanceof ScrError ? failure : new ScrError(errors.SCR_INTERNAL, undefined, { cause: failure }),
      );
      return undefined;
    }
  }

  #name(): string {
    return `${this.instance.name} channel ${this.id}`;
  }

  #fields(): Record<string, unknown> {
    return { instance: this.instance.name, channel: this.id };
  }

  #log(event: string, cause?: unknown): void {
    if (!this.#core.log.isLevelEnabled('debug')) return;
    const why = cause === undefined ? {} : { cause: reasonOf(cause) };
    this.#core.log.debug({ event, ...this.#fields(), ...why }, event);
  }
}
