import { type ClientOrigin, type Ending, type InstanceView, type Port, type Sink } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** The client that a channel belongs to. */
export interface ChannelOwner {
  /** Octets that may wait for an instance that takes nothing, for each channel. */
  readonly most: number;
  /** @returns false when the client takes no more for now: {@link Channel.ready} follows */
  deliver(channel: Channel, pieces: readonly Buffer[]): boolean;
  /** The channel is over. */
  ended(channel: Channel, ending: Ending): void;
}

/** One channel of a client: passes bytes between its frames and an instance's port. */
export class Channel implements Sink {
  readonly #owner: ChannelOwner;
  readonly #port: Port;
  /** Whether the instance takes what is sent. */
  #open = true;
  /** What waits until it does. One mux serves many instances: it is read on, whatever becomes of one of them. */
  #kept: Buffer[] = [];
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
    if (this.#keptBytes + piece.length > this.#owner.most) return this.close(errors.SCR_MUX_CHANNEL_FULL);
    this.#kept.push(Buffer.from(piece));
    this.#keptBytes += piece.length;
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
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#open = this.#port.send(kept.length === 1 ? (kept[0] ?? Buffer.alloc(0)) : Buffer.concat(kept));
    if (this.#finishes) this.#port.finish();
  }

  closed(ending: Ending): void {
    this.#kept = [];
    this.#owner.ended(this, ending);
  }
}
