import type { Duplex } from 'node:stream';
import type { Sink } from '../contract/views.js';
import type { Channel } from './channel.js';
import { isKernelSocket, readFrom } from '../streams/sockets.js';
import { writeTogether } from '../streams/write.js';
import type { Block, Turn } from '../memory/turn.js';

const NOTHING = Buffer.alloc(0);

/** Whether it can be relayed to and from, whichever package made it. */
export function isDuplex(client: unknown): client is Duplex {
  if (typeof client !== 'object' || client === null) return false;
  const methods = ['on', 'once', 'write', 'end', 'cork', 'uncork', 'pause', 'resume', 'destroy'];
  return methods.every((method) => typeof Reflect.get(client, method) === 'function');
}

/** A client that is a stream of its own. */
export class StreamClient implements Sink {
  readonly #stream: Duplex;
  readonly #turn: Turn;
  /** Whether memory handed to the stream is free again as soon as nothing waits in it. */
  readonly #reusable: boolean;
  /** Blocks of a write that has not gone through. */
  #pinned: readonly Block[] = [];
  #port: Channel | undefined;

  /** The stream may be a plugin's, and any of this may fail. So no channel is open yet. */
  constructor(stream: Duplex, turn: Turn) {
    this.#stream = stream;
    this.#turn = turn;
    this.#reusable = isKernelSocket(stream);
    stream.on('end', () => this.#port?.finish());
    stream.on('error', (cause) => this.#port?.tellOfError(cause)); // and closes
    stream.on('close', () => this.#port?.close());
    readFrom(stream, (chunk) => this.#port?.send(chunk));
  }

  /** Octets that the stream was given and has not passed on. */
  get waiting(): number {
    return this.#stream.writableLength;
  }

  /** Begins to relay. */
  use(port: Channel): void {
    this.#port = port;
    if (this.#stream.destroyed) port.close(); // it ended before it was handed over: no event tells
  }

  data(pieces: readonly Buffer[]): boolean {
    const kept = pieces.some((piece) => this.#turn.owns(piece));
    if (kept && (!this.#reusable || this.#turn.scarce)) {
      // Other streams than sockets may keep what they are given.
      this.#write(pieces.map((piece) => Buffer.from(piece)));
    } else if (kept) {
      // A callback for each write would cost a turn of Node's queue, and nearly all writes go through at once.
      writeTogether(this.#stream, pieces);
      if (this.#stream.writableLength > 0) this.#pin();
    } else {
      this.#write(pieces);
    }
    return this.#stream.writableLength === 0;
  }

  #write(pieces: readonly Buffer[]): void {
    writeTogether(this.#stream, pieces, this.#onWritten);
  }

  #pin(): void {
    const before = this.#pinned;
    this.#pinned = this.#turn.pin();
    this.#turn.unpin(before);
    this.#stream.write(NOTHING, this.#onWritten);
  }

  readonly #onWritten = (): void => {
    if (this.#stream.writableLength > 0) return;
    this.#unpin();
    this.#port?.ready();
  };

  #unpin(): void {
    if (this.#pinned.length === 0) return;
    this.#turn.unpin(this.#pinned);
    this.#pinned = [];
  }

  end(): void {
    this.#stream.end(() => this.#port?.ready());
    this.#stream.resume(); // bytes left unread would reset the connection and could lose the results
  }

  pace(open: boolean): void {
    if (open) this.#stream.resume();
    else this.#stream.pause();
  }

  closed(): void {
    this.#unpin();
    this.#stream.destroy();
  }
}
