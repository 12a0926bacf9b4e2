/** Octets of a block: more than one read can bring, and the most that can be appended at a time. */
export const BLOCK = 262_144;
/** Blocks that slow readers may pin at a time; past that, their bytes are copied out. */
const MAX_PINNED = 32;
const SPARE_BLOCKS = 4;

/** Memory that payloads are gathered in. */
export interface Block {
  readonly bytes: Buffer;
  used: number;
  /** Writes that have not gone through and still read from here. */
  pins: number;
}

/** Who is handed, at the end of a turn, what came for it. */
export interface Recipient {
  /** Whether it waits for the end of the turn. Set by the turn alone. */
  touched: boolean;
  /** Must not throw. */
  deliver(): void;
}

function newBlock(): Block {
  return { bytes: Buffer.allocUnsafeSlow(BLOCK), used: 0, pins: 0 };
}

/**
 * The memory of one read, shared by all instances. A turn is what one read brings: its payloads are gathered here, header
 * gaps closed, and at its end each recipient is handed its own. One contiguous piece for each destination is far cheaper
 * for Node than many slices, and memory that is used again cheaper than fresh memory.
 *
 * Invariant: what was appended in a turn stays as it is until the turn is over, and as long as its block is pinned. So at the
 * end of the turn every byte of it has been written to the kernel, copied or pinned; only a block without pins is filled
 * anew; and whoever goes on using a block pins it before it gives up the pin it had.
 */
export class Turn {
  #block = newBlock();
  /** The block that was full before, where this turn goes over two. */
  #previous: Block | undefined;
  #spare: Block[] = [];
  #pinned = 0;
  #running = false;
  readonly #touched: Recipient[] = [];

  /** The block that was appended to last. */
  get block(): Block {
    return this.#block;
  }

  /** True when so many blocks are pinned that bytes should be copied out before they are written. */
  get scarce(): boolean {
    return this.#pinned >= MAX_PINNED;
  }

  /** Runs what puts bytes on channels, then hands them on. Within a turn it takes part in that one. */
  run<T>(work: () => T): T {
    if (this.#running) return work();
    this.#running = true;
    try {
      return work();
    } finally {
      this.#handOn();
      this.#running = false;
      this.#reuse();
    }
  }

  /** The recipient is to be handed something at the end of the turn under way. */
  touch(recipient: Recipient): void {
    if (recipient.touched) return;
    recipient.touched = true;
    this.#touched.push(recipient);
  }

  #handOn(): void {
    for (const recipient of this.#touched) {
      recipient.touched = false;
      recipient.deliver(); // may touch others, which join the list
    }
    this.#touched.length = 0;
  }

  #reuse(): void {
    if (this.#block.pins === 0) this.#block.used = 0;
    // A pinned block comes back when its last write has gone through. One that is full and not pinned is given up: it is rare.
    this.#previous = undefined;
  }

  /** Copies at most a block's worth behind what is there. @returns where it begins in {@link block}, which may be another than before */
  append(source: Buffer, start: number, end: number): number {
    const length = end - start;
    if (this.#block.used + length > BLOCK) this.#next();
    const block = this.#block;
    const at = block.used;
    block.bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, length), at);
    block.used = at + length;
    return at;
  }

  #next(): void {
    this.#previous = this.#block;
    this.#block = this.#spare.pop() ?? newBlock();
  }

  /** Whether a piece lies in memory that is filled anew after this turn. */
  owns({ buffer }: Buffer): boolean {
    return buffer === this.#block.bytes.buffer || buffer === this.#previous?.bytes.buffer;
  }

  /** A write of what was appended in this turn has not gone through: it stays as it is until {@link unpin}. */
  pin(): readonly Block[] {
    const recent = this.#previous === undefined ? [this.#block] : [this.#previous, this.#block];
    for (const block of recent) if (block.pins++ === 0) this.#pinned++;
    return recent;
  }

  unpin(blocks: readonly Block[]): void {
    for (const block of blocks) {
      if (--block.pins > 0) continue;
      this.#pinned--;
      // What was appended to the last two may not have been handed on yet.
      if (block !== this.#block && block !== this.#previous) this.#keep(block);
    }
  }

  #keep(block: Block): void {
    block.used = 0;
    if (this.#spare.length < SPARE_BLOCKS) this.#spare.push(block);
  }
}
