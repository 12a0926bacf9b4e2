import { type Socket, connect } from 'node:net';
import { readBuffer } from './instance.js';

/** A local client of an instance: counts what comes. */
export class LoadClient {
  received = 0;
  /** Called for what comes, with its length. */
  onData: ((length: number) => void) | undefined;
  /** Called for what comes, which is valid during the call. */
  onBytes: ((bytes: Buffer) => void) | undefined;
  readonly socket: Socket;
  /** Resolves at end of file, or when the connection broke. */
  readonly ended: Promise<void>;

  /** @param reads false for one that never reads */
  constructor(path: string, reads = true) {
    const onread = { buffer: readBuffer, callback: (length: number) => this.#read(length) };
    this.socket = connect({ path, allowHalfOpen: true, ...(reads && { onread }) });
    if (!reads) this.socket.pause();
    this.socket.on('error', () => undefined); // `close` follows
    this.ended = new Promise((resolve) => {
      this.socket.once('end', resolve);
      this.socket.once('close', resolve);
    });
  }

  #read(length: number): boolean {
    this.received += length;
    this.onData?.(length);
    this.onBytes?.(readBuffer.subarray(0, length));
    return true;
  }

  /** Resolves when connected. Rejects when nobody listens. */
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('error', reject);
    });
  }

  leave(): void {
    this.socket.destroy();
  }
}
