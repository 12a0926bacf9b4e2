/** The longest line in octets, its newline not counted. No command of scamper's comes near it. */
export const LINE_LIMIT = 65_536;

/** Octets of a line over the limit that are told. */
const BEGINNING = 128;

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Takes what a {@link LineSplitter} finds, in order. */
export interface LineSink {
  /** A whole line without its newline. The bytes are good until the sink returns. */
  line(bytes: Buffer): void;
  /** A line passed the limit: told once, at once, with its beginning. The line is thrown away up to its newline. */
  tooLong(beginning: Buffer): void;
}

/** Finds the lines in a stream of bytes, whatever the reads. Holds at most one unfinished line, of at most the limit. */
export class LineSplitter {
  readonly #limit: number;
  #unfinished = NOTHING;
  #length = 0;
  #skipping = false;

  constructor(limit = LINE_LIMIT) {
    this.#limit = limit;
  }

  /** True while the end of a line has not come. */
  get unfinished(): boolean {
    return this.#length > 0 || this.#skipping;
  }

  push(chunk: Buffer, sink: LineSink): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#finish(chunk.subarray(start, end), sink);
      start = end + 1;
    }
    if (start < chunk.length) this.#begin(chunk.subarray(start), sink);
  }

  /** The end of a line has come. */
  #finish(bytes: Buffer, sink: LineSink): void {
    if (this.#skipping) {
      this.#skipping = false;
    } else if (this.#length + bytes.length > this.#limit) {
      sink.tooLong(this.#beginningWith(bytes));
      this.#length = 0;
    } else if (this.#length === 0) {
      sink.line(bytes);
    } else {
      const line = Buffer.concat([this.#unfinished.subarray(0, this.#length), bytes]);
      this.#length = 0;
      sink.line(line);
    }
  }

  /** A line, or a further part of it, whose end has not come. */
  #begin(bytes: Buffer, sink: LineSink): void {
    if (this.#skipping) return;
    if (this.#length + bytes.length > this.#limit) {
      sink.tooLong(this.#beginningWith(bytes));
      this.#length = 0;
      this.#unfinished = NOTHING;
      this.#skipping = true;
      return;
    }
    this.#reserve(this.#length + bytes.length);
    this.#unfinished.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #beginningWith(bytes: Buffer): Buffer {
    const wanted = Math.min(BEGINNING, this.#limit); // as much has come for sure
    const begun = this.#unfinished.subarray(0, Math.min(this.#length, wanted));
    return Buffer.concat([begun, bytes.subarray(0, wanted - begun.length)]);
  }

  #reserve(size: number): void {
    if (size <= this.#unfinished.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(size, 2 * this.#unfinished.length, 128), this.#limit));
    larger.set(this.#unfinished.subarray(0, this.#length));
    this.#unfinished = larger;
  }
}
