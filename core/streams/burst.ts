/** Octets that are gathered at most, as many as one read of a socket brings. */
const SIZE = 131_072;

type Read = (chunk: Buffer) => void;

/**
 * Gathers what one turn of the event loop brings from one stream that gives it out in small pieces: TLS hands over each record
 * by itself, and each read costs writes to the clients, an ACK to the instance, a record around that. All
 * streams share the memory: before another stream's piece is taken, the one before is read.
 */
export class Burst {
  #buffer: Buffer | undefined;
  #used = 0;
  #reader: Read | undefined;
  #due = false;

  /** Takes a piece for `read`, which is called before this turn of the event loop ends. */
  take(read: Read, piece: Buffer): void {
    if (this.#reader !== read || this.#used + piece.length > SIZE) this.flush();
    if (piece.length > SIZE) return read(piece);
    this.#reader = read;
    this.#buffer ??= Buffer.allocUnsafeSlow(SIZE);
    this.#buffer.set(piece, this.#used);
    this.#used += piece.length;
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      this.flush();
    });
  }

  /** Has what was gathered read now. */
  flush(): void {
    const read = this.#reader;
    const buffer = this.#buffer;
    if (read === undefined || buffer === undefined) return;
    const gathered = buffer.subarray(0, this.#used);
    this.#reader = undefined;
    this.#used = 0;
    this.#buffer = undefined; // whatever comes while this is being read needs other memory
    try {
      read(gathered);
    } finally {
      this.#buffer ??= buffer;
    }
  }
}
