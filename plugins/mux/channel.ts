import { type ClientOrigin, type Ending, type InstanceView, type Port, type Sink } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** The client that a channel belongs to. */
export interface ChannelOwner {
  /** Octets that may wait for an instance that takes nothing, for each channel. */
  readonly most: number;
  /** So many octets more are to wait. @returns false when the channels of the client keep too much together: they may not */
  keep(octets: number): boolean;
  /** So many octets wait no more. */
  release(octets: number): void;
  /** @returns false when the client takes no more for now: {@link Channel.ready} follows */
  deliver(channel: Channel, pieces: readonly Buffer[]): boolean;
  /** The channel is over. */
  ended(channel: Channel, ending: Ending): void;
}

/** Octets that are made room for at first. */
const LEAST = 1024;
const NOTHING = Buffer.alloc(0);

/** One channel of a client: passes bytes between its frames and an instance's port. */
export class Channel implements Sink {
  readonly #owner: ChannelOwner;
  readonly #port: Port;
  /** Whether the instance takes what is sent. */
  #open = true;
  /**
   * What waits until it does, and room for more: tiny pieces must not each be an object. One mux serves many instances: it is
   * read on, whatever becomes of one of them.
   */
  #kept = NOTHING;
  #keptBytes = 0;
  /** The client sends no more, once that is sent. */
  #finishes = false;

  /** @throws ScrError as `InstanceView.open` does */
  constructor(
    owner: ChannelOwner,
    readonly number: number,
    instance: InstanceView,
    origin: ClientOrigin,
  ) {
    this.#owner = owner;
    this.#port = instance.open(this, origin);
  }

  // ---- from the client

  send(piece: Buffer): void {
    if (this.#open && this.#keptBytes === 0) this.#open = this.#port.send(piece);
    else this.#keep(piece);
  }

  #keep(piece: Buffer): void {
    const length = this.#keptBytes + piece.length;
    const hasRoom = length <= this.#owner.most && this.#owner.keep(piece.length);
    if (!hasRoom) return this.close(errors.SCR_MUX_CHANNEL_FULL);
    if (length > this.#kept.length) this.#grow(length);
    piece.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = length;
  }

  #grow(least: number): void {
    const before = this.#kept;
    this.#kept = Buffer.allocUnsafeSlow(Math.max(least, LEAST, 2 * before.length));
    before.copy(this.#kept, 0, 0, this.#keptBytes);
  }

  /** Nothing waits any more. @returns what did */
  #takeKept(): Buffer {
    const kept = this.#kept.subarray(0, this.#keptBytes);
    this.#owner.release(this.#keptBytes);
    this.#kept = NOTHING;
    this.#keptBytes = 0;
    return kept;
  }

  finish(): void {
    this.#finishes = true;
    if (this.#keptBytes === 0) this.#port.finish();
  }

  /** The client takes more. */
  ready(): void {
    this.#port.ready();
  }

  /** Ends it from here: the client has left, or is made to. */
  close(why?: { readonly code: string; readonly cause: string }): void {
    if (why === undefined) this.#port.close();
    else this.#port.close({ code: why.code, reason: why.cause });
  }

  // ---- from the instance

  data(pieces: readonly Buffer[]): boolean {
    return this.#owner.deliver(this, pieces);
  }

  /** What came before is on its way: nothing has to be waited for. */
  end(): void {
    this.#port.close();
  }

  pace(open: boolean): void {
    this.#open = open;
    if (!open || this.#keptBytes === 0) return;
    this.#open = this.#port.send(this.#takeKept());
    if (this.#finishes) this.#port.finish();
  }

  closed(ending: Ending): void {
    this.#takeKept();
    this.#owner.ended(this, ending);
  }
}
