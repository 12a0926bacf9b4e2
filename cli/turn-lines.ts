/** Characters that are gathered at most. */
const MOST = 16_384;

/**
 * Gathers the lines of one turn of the event loop and writes them together, in their order: each write is a system call, and
 * when a fleet comes back each turn has many lines. What is gathered when the process ends is written then.
 */
export class TurnLines {
  readonly #write: (text: string) => void;
  #text = '';
  #due = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
    process.once('exit', () => this.flush());
  }

  push(line: string): void {
    this.#text += line;
    if (this.#text.length >= MOST) this.flush();
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      this.flush();
    });
  }

  /** Writes what was gathered so far. */
  flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#write(text);
  }
}
