import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Burst } from './burst.js';
import { readInto } from './node-internals.js';

type Read = (chunk: Buffer) => void;

/**
 * All sockets are read into this one buffer: what is read is processed before anything else is read, and whoever
 * keeps bytes copies them. Fresh memory for each read would cost more than everything else on the relay path.
 */
const readBuffer = Buffer.allocUnsafeSlow(131_072);
const burst = new Burst();

/** Whether writes that leave nothing waiting in the stream are in the kernel, so that their memory may be used again. */
export function isKernelSocket(stream: Duplex): boolean {
  return stream instanceof Socket && !(stream instanceof TLSSocket);
}

/**
 * Reads a stream from now on; a chunk is valid during the call of `read` only. Sockets are read into the shared buffer,
 * anything else by its `data` events.
 */
export function readFrom(stream: Duplex, read: Read): void {
  const take = stream instanceof TLSSocket ? inBursts(stream, read) : read;
  if (stream instanceof Socket && !stream.destroyed && stream.readableFlowing !== true) {
    if (readInto(stream, readBuffer, (length) => take(readBuffer.subarray(0, length)))) {
      readEarly(stream, take);
      stream.resume(); // whoever hands it over may have kept it from being read
      return;
    }
  }
  stream.on('data', take);
  stream.resume();
}

/** Reads what came before the socket was handed over, before anything else happens to it: its end too. */
function readEarly(socket: Socket, read: Read): void {
  if (socket.readableLength === 0) return;
  const early: Buffer[] = [];
  process.nextTick(() => early.forEach((piece) => read(piece)));
  for (let piece = pieceOf(socket); piece !== undefined; piece = pieceOf(socket)) early.push(piece);
}

/** Everything that waits in the stream, or from Node 26 on one piece of it. */
function pieceOf(socket: Socket): Buffer | undefined {
  const piece: unknown = socket.read();
  return Buffer.isBuffer(piece) ? piece : undefined;
}

/** Whoever listens for the end of the stream after this gets the last bytes before it. */
function inBursts(stream: TLSSocket, read: Read): Read {
  const flush = (): void => burst.flush();
  stream.on('end', flush).on('error', flush).on('close', flush);
  return (piece) => burst.take(read, piece);
}
