import type { Duplex } from 'node:stream';
import type { Clock } from '../contract/clock.js';
import { ScrError, errors } from '../contract/errors.js';
import { FrameDecoder } from '../protocol/frame.js';
import { readFrom } from '../streams/sockets.js';
import { joined, writeTogether } from '../streams/write.js';

/** Who reads a connection at the moment: the arrival at first, the relay later. */
export interface LinkReader {
  read(chunk: Buffer): void;
  /** Called once, when the connection ends by itself or is broken. */
  lost(why: ScrError): void;
}

/** Bytes that may wait in the connection's own queue before we stop reading what would add to it. */
const OUTPUT_LIMIT = 262_144;
/** How long the other end may take to receive the last words, in milliseconds. */
const FAREWELL_LIMIT = 5_000;

/** How most connections end. An error is dear to make, and a network that fails ends thousands at once. */
const endedByItself = new ScrError(errors.SCR_INSTANCE_ENDED);

/** One connection to a remote scamper: its writes are gathered, and it is not read while somebody cannot keep pace. */
export class Link {
  readonly decoder = new FrameDecoder();
  reader: LinkReader | undefined;
  readonly #clock: Clock;
  #ended = false;
  #pauses = 0;
  #blockedSince: number | undefined;

  constructor(
    readonly stream: Duplex,
    clock: Clock,
  ) {
    this.#clock = clock;
    readFrom(stream, (chunk) => this.reader?.read(chunk));
    stream.on('drain', () => this.#drained());
    stream.on('end', () => this.#end());
    stream.on('error', (cause) => this.#end(cause));
    stream.on('close', () => this.#end());
  }

  /** True when the connection is over, for whatever reason. */
  get ended(): boolean {
    return this.#ended || this.stream.destroyed;
  }

  /** True while it is not read. */
  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  /** Since when the other end has not taken what is sent to it; undefined when it does. */
  get blockedSince(): number | undefined {
    return this.#blockedSince;
  }

  /** Writes all pieces with one call. */
  write(pieces: readonly Buffer[]): void {
    if (this.ended) return;
    writeTogether(this.stream, joined(pieces));
    if (this.#blockedSince === undefined && this.stream.writableLength > OUTPUT_LIMIT) {
      this.#blockedSince = this.#clock.now();
      this.pause();
    }
  }

  #drained(): void {
    if (this.#blockedSince === undefined) return;
    this.#blockedSince = undefined;
    this.unpause();
  }

  /** Stops reading until every pause has ended. */
  pause(): void {
    if (++this.#pauses === 1) this.stream.pause();
  }

  unpause(): void {
    if (--this.#pauses === 0) this.stream.resume();
  }

  /** Tells of it once: each connection ends in several ways. */
  #end(cause?: unknown): void {
    if (this.#ended) return;
    this.#lose(cause === undefined ? endedByItself : new ScrError(errors.SCR_INSTANCE_ENDED, undefined, { cause }));
  }

  #lose(why: ScrError): void {
    if (this.#ended) return;
    this.#ended = true;
    const reader = this.reader;
    this.reader = undefined;
    reader?.lost(why);
    this.stream.destroy();
  }

  /** Breaks the connection because of something the other end did, or did not do. */
  break(why: ScrError): void {
    this.#lose(why);
  }

  /** Drops the connection without telling its reader. */
  drop(): void {
    this.#ended = true;
    this.reader = undefined;
    this.stream.destroy();
  }

  /** Writes the last words and closes, without telling the reader. */
  end(lastWords?: Buffer): void {
    this.#ended = true;
    this.reader = undefined;
    // What still comes is thrown away; unread bytes would turn the close into a reset and lose the last words.
    this.#pauses = 0;
    this.stream.resume();
    const limit = this.#clock.after(FAREWELL_LIMIT, () => this.stream.destroy());
    this.stream.once('close', () => limit.cancel());
    this.stream.end(lastWords, () => this.stream.destroy());
  }
}
