import type { Duplex } from 'node:stream';
import type { InstanceView } from '../../core/views.js';
import { memoryPair } from './memory-pair.js';

/** A local client for tests: collects what comes and lets tests wait for it. */
export class SimClient {
  readonly stream: Duplex;
  /** True when end of file was seen. */
  ended = false;
  #text = '';
  readonly #waiters = new Set<() => void>();
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

  /** Resolves with everything received so far, once it holds `text`. Rejects when the stream closes without. */
  async until(text: string): Promise<string> {
    while (!this.#text.includes(text)) {
      if (this.stream.destroyed)
        throw new Error(`the stream closed without ${JSON.stringify(text)}: ${this.#text.slice(-200)}`);
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
    return this.#text;
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }
}
