const BLOCK = 65_536;

/**
 * Bytes that wait for a slow reader, copied together into blocks: many small pieces would
 * otherwise each pin the whole read buffer they came in, far beyond what a byte limit counts.
 */
export class Backlog {
  #blocks: Buffer[] = [];
  #tail = Buffer.alloc(0);
  #used = 0;
  #bytes = 0;
  #memory = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Octets of memory that it takes. */
  get memory(): number {
    return this.#memory;
  }

  push(bytes: Buffer): void {
    this.#bytes += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      if (this.#used === this.#tail.length) this.#startBlock(bytes.length - at);
      const count = bytes.copy(this.#tail, this.#used, at);
      this.#used += count;
      at += count;
    }
  }

  /** Blocks grow with the backlog, so that a short one costs little. */
  #startBlock(atLeast: number): void {
    this.#closeBlock();
    const size = Math.max(atLeast, Math.min(BLOCK, Math.max(1024, this.#bytes)));
    this.#tail = Buffer.allocUnsafeSlow(size);
    this.#memory += size;
  }

  #closeBlock(): void {
    if (this.#used > 0) this.#blocks.push(this.#tail.subarray(0, this.#used));
    this.#tail = Buffer.alloc(0);
    this.#used = 0;
  }

  /** Takes everything out, in order. */
  takeAll(): Buffer[] {
    this.#closeBlock();
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#bytes = this.#memory = 0;
    return blocks;
  }
}
