import type { Socket } from 'node:net';
import type { FarEnd, Line } from '../../model/support/wire.js';

/** How long a connection that was forgotten without a word stays open, in milliseconds. */
const FORGOTTEN = 5_000;

/** A connection to the controller over a real socket. */
export class SocketLine implements Line {
  /** The kernel's matter. */
  readonly capacity = Infinity;
  written = 0;
  readonly #socket: Socket;
  #isOver = false;

  /** @param guard calls what may find a fault */
  constructor(socket: Socket, far: FarEnd, guard: (task: () => void) => void) {
    this.#socket = socket;
    const over = (): void => {
      if (!this.#isOver) guard(() => far.over());
      this.break();
    };
    socket.on('data', (chunk: Buffer) => {
      if (!this.#isOver) guard(() => far.read(chunk));
    });
    socket.on('error', () => undefined); // `close` follows
    socket.once('end', over);
    socket.once('close', over);
  }

  /** What is written in one turn leaves with one call. */
  write(bytes: Buffer): void {
    if (this.#isOver) return;
    this.written += bytes.length;
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(bytes);
  }

  finish(): void {
    if (!this.#isOver) this.#socket.end();
  }

  break(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  /** It is gone and says nothing: the controller's end stays open for a while. */
  forget(): void {
    this.#isOver = true;
    this.#socket.pause();
    setTimeout(() => this.#socket.destroy(), FORGOTTEN);
  }

  /** Reads nothing for so many milliseconds. */
  rest(milliseconds: number): void {
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), milliseconds);
  }

  /** Nobody knows what the kernel at the other end has handed on. */
  readWhenSaid(): undefined {
    return undefined;
  }
}
