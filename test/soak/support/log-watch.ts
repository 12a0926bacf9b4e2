import { closeSync, openSync, readSync } from 'node:fs';

const PIECE = 1_048_576;
/** pino's level `error`. */
const ERROR = 50;

interface Line {
  readonly level?: unknown;
  readonly event?: unknown;
  readonly code?: unknown;
  readonly recalled?: unknown;
}

function lineIn(text: string): Line {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return { level: ERROR, event: text };
  }
}

/** Reads on in the controller's log. */
export class LogWatch {
  /** Lines of level error or above, and those about a fault of our own. */
  readonly errors: string[] = [];
  recalled = 0;
  /** How often each code was told. */
  readonly codes = new Map<string, number>();
  #at = 0;
  #rest = '';
  readonly #piece = Buffer.alloc(PIECE);

  constructor(readonly path: string) {}

  read(): void {
    const file = openSync(this.path, 'r');
    for (;;) {
      const length = readSync(file, this.#piece, 0, PIECE, this.#at);
      if (length === 0) break;
      this.#at += length;
      this.#take(this.#piece.toString('latin1', 0, length));
    }
    closeSync(file);
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(text: string): void {
    const { level, event, code, recalled } = lineIn(text);
    if (event === 'instance.resumed' && recalled === true) this.recalled++;
    if (typeof code === 'string') this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (Number(level) >= ERROR || code === 'SCR_INTERNAL') this.errors.push(text);
  }
}
