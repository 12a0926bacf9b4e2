import type { Duplex } from 'node:stream';
import type { InstanceView } from '../core/contract/views.js';
import { memoryPair } from './memory-pair.js';
import { PATIENCE, patiently } from './patience.js';

interface Waiter {
  readonly text: string;
  readonly resolve: (text: string) => void;
  readonly reject: (why: Error) => void;
}

/** So much of what came is told when something else did not. */
const TOLD = 200;

/** A local client for tests: collects what comes and lets tests wait for it. */
export class SimClient {
  readonly stream: Duplex;
  /** True when end of file was seen. */
  ended = false;
  #text = '';
  readonly #waiters = new Set<Waiter>();
  /** Resolves when end of file was seen, or the stream was destroyed. */
  readonly end: Promise<void>;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('error', () => undefined); // `close` follows
    stream.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake();
    });
    this.end = new Promise((resolve) => {
      stream.once('end', () => {
        this.ended = true;
        resolve();
      });
      stream.once('close', resolve);
    });
    stream.once('close', () => this.#wake());
  }

  /** Attaches to an instance directly, without a socket. */
  static attach(instance: InstanceView): SimClient {
    const [ours, theirs] = memoryPair();
    instance.connect(ours);
    return new SimClient(theirs);
  }

  /** Everything received, as Latin-1. */
  get text(): string {
    return this.#text;
  }

  send(text: string | Uint8Array): void {
    this.stream.write(text);
  }

  /** Will send no more, but reads on. */
  finish(): void {
    this.stream.end();
  }

  /** Leaves without a word. */
  leave(): void {
    this.stream.destroy();
  }

  /**
   * Resolves with everything received so far, once it holds `text`. Rejects when the stream closes without, or when it did not
   * come in `timeLimit` milliseconds, on the real clock.
   */
  until(text: string, timeLimit = PATIENCE): Promise<string> {
    const missing = (): string => {
      const came = this.#text === '' ? 'nothing' : JSON.stringify(this.#text.slice(-TOLD));
      return `no ${JSON.stringify(text)} came; received last: ${came}`;
    };
    return patiently(timeLimit, missing, ({ resolve, reject }) => {
      const waiter = { text, resolve, reject };
      this.#waiters.add(waiter);
      this.#wake();
      return () => this.#waiters.delete(waiter);
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      const came = this.#text.includes(waiter.text);
      if (!came && !this.stream.destroyed) continue;
      this.#waiters.delete(waiter);
      const asked = JSON.stringify(waiter.text);
      if (came) waiter.resolve(this.#text);
      else waiter.reject(new Error(`the stream closed without ${asked}: ${this.#text.slice(-TOLD)}`));
    }
  }
}
