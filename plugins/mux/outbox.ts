import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { HEADER } from './wire/messages.js';

/** Octets of a block: what is gathered before it is written. More would have left the processor's caches by then. */
const BLOCK = 65_536;
/** Blocks given to the stream at a time: when they are through, the client has taken something. */
const TOGETHER = 4;
const NOTHING = Buffer.alloc(0);

/** Memory that frames are gathered in. */
interface Block {
  readonly bytes: Buffer;
  used: number;
}

/** Blocks that are not in use, of all clients. */
const spare: Block[] = [];
const SPARE = 32;

function takeBlock(): Block {
  return spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(BLOCK), used: 0 };
}

function giveBack(blocks: readonly Block[]): void {
  for (const block of blocks) {
    block.used = 0;
    if (spare.length < SPARE) spare.push(block);
  }
}

/** Who is told. */
export interface OutboxOwner {
  /** Something waits: call {@link Outbox.flush} at the end of the turn. */
  due(): void;
  /** Everything that waited is through. */
  room(): void;
}

/**
 * What goes to one client. Frames are gathered, and leave when a block is full or at the end of the turn. While the stream
 * takes nothing they wait here: whoever adds to them asks {@link isFull} afterwards, and stops.
 */
export class Outbox {
  readonly #stream: Duplex;
  readonly #owner: OutboxOwner;
  readonly #now: () => number;
  /** Whether what leaves nothing waiting in the stream is in the kernel, so that its memory may be used again. */
  readonly #goesThrough: boolean;
  /** The one that is being filled. */
  #open: Block | undefined;
  /** Those that wait, the oldest first. */
  #waiting: Block[] = [];
  /** Those that the stream has, and has not passed on. */
  #writing: readonly Block[] | undefined;
  #blockedSince: number | undefined;

  /** @param now the clock's time in milliseconds */
  constructor(stream: Duplex, owner: OutboxOwner, now: () => number) {
    this.#stream = stream;
    this.#owner = owner;
    this.#now = now;
    this.#goesThrough = stream instanceof Socket && !(stream instanceof TLSSocket);
  }

  /** True while the client does not take what is there. */
  get isFull(): boolean {
    return this.#writing !== undefined;
  }

  /** Octets, in whole blocks, that the stream was not given yet. */
  get waiting(): number {
    return this.#waiting.length * BLOCK;
  }

  /** Octets, in whole blocks, that it keeps. */
  get octets(): number {
    const blocks = this.#waiting.length + (this.#writing?.length ?? 0) + (this.#open === undefined ? 0 : 1);
    return blocks * BLOCK;
  }

  /** Since when the client has taken nothing of what is there; undefined while it keeps pace. */
  get blockedSince(): number | undefined {
    return this.#blockedSince;
  }

  /** Adds what came on a channel, as one frame. The pieces are copied. */
  data(channel: number, pieces: readonly Buffer[]): void {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    this.#addHeader(channel, length);
    for (const piece of pieces) this.#add(piece);
    this.#owner.due();
  }

  /** Adds a frame, which is copied. */
  frame(frame: Buffer): void {
    this.#add(frame);
    this.#owner.due();
  }

  #addHeader(channel: number, length: number): void {
    const block = this.#blockWith(HEADER);
    block.bytes.writeUInt32BE(channel, block.used);
    block.bytes.writeUInt32BE(length, block.used + 4);
    block.used += HEADER;
  }

  #add(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const block = this.#blockWith(1);
      const count = bytes.copy(block.bytes, block.used, at);
      block.used += count;
      at += count;
    }
  }

  /** A block with room for so many octets; one that has not is written. */
  #blockWith(room: number): Block {
    if (this.#open !== undefined && BLOCK - this.#open.used < room) this.flush();
    return (this.#open ??= takeBlock());
  }

  /** Writes what was gathered, as far as the stream takes it. */
  flush(): void {
    if (this.#open !== undefined) this.#waiting.push(this.#open);
    this.#open = undefined;
    while (this.#writing === undefined && this.#waiting.length > 0) this.#write(this.#waiting.splice(0, TOGETHER));
  }

  #write(blocks: readonly Block[]): void {
    const stream = this.#stream;
    if (blocks.length > 1) stream.cork();
    for (const { bytes, used } of blocks) stream.write(bytes.subarray(0, used));
    if (blocks.length > 1) stream.uncork();
    if (stream.writableLength > 0) this.#wait(blocks);
    else if (this.#goesThrough) giveBack(blocks);
  }

  #wait(blocks: readonly Block[]): void {
    this.#writing = blocks;
    this.#blockedSince = this.#now();
    this.#stream.write(NOTHING, (failure) => {
      if (!(failure instanceof Error)) this.#written(blocks);
    });
  }

  #written(blocks: readonly Block[]): void {
    giveBack(blocks);
    this.#writing = undefined;
    this.#blockedSince = undefined;
    this.flush();
    if (!this.isFull) this.#owner.room();
  }
}
