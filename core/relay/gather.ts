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

function newBlock(): Block {
  return { bytes: Buffer.allocUnsafeSlow(BLOCK), used: 0, pins: 0 };
}

/**
 * Memory in which payloads are gathered, header gaps closed, until they are written: one contiguous piece for
 * each destination and read is far cheaper for Node than many slices, and memory that is used again cheaper than fresh
 * memory, which also makes the garbage collector run. Shared by all instances, because each read is delivered
 * before the next. Where a write does not go through at once, its block is pinned until it has.
 */
export class Gather {
  #block = newBlock();
  /** The block that was full before, while what was appended to it has not been delivered. */
  #previous: Block | undefined;
  #spare: Block[] = [];
  #pinned = 0;
  #depth = 0;

  /** The block that was appended to last. */
  get block(): Block {
    return this.#block;
  }

  /** True when so many blocks are pinned that bytes should be copied out before they are written. */
  get scarce(): boolean {
    return this.#pinned >= MAX_PINNED;
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

  /** A write of bytes appended since the last {@link begin} has not gone through: they stay as they are until {@link unpin}. */
  pinRecent(): Block[] {
    const recent = this.#previous === undefined ? [this.#block] : [this.#previous, this.#block];
    for (const block of recent) if (block.pins++ === 0) this.#pinned++;
    return recent;
  }

  /** Pin anew before you unpin: what is pinned by nobody may be filled again. */
  unpin(block: Block): void {
    if (--block.pins > 0) return;
    this.#pinned--;
    // What was appended to the last two may not have been delivered yet.
    if (block !== this.#block && block !== this.#previous) this.#recycle(block);
  }

  #recycle(block: Block): void {
    block.used = 0;
    if (this.#spare.length < SPARE_BLOCKS) this.#spare.push(block);
  }

  /** From here until {@link end} what was appended stays as it is. Pairs may be nested. */
  begin(): void {
    this.#depth++;
  }

  /** Everything appended since {@link begin} has been written, copied or pinned: what is not pinned may be filled anew. */
  end(): void {
    if (--this.#depth > 0) return;
    if (this.#block.pins === 0) this.#block.used = 0;
    // Pinned, it is recycled when its last write has gone through; else it is left to the garbage collector, being rare.
    this.#previous = undefined;
  }
}
