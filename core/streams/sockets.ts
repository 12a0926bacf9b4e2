import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Burst } from './burst.js';

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
    if (useSharedBuffer(stream, take)) {
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

/** What Node keeps on a socket without typing it. */
interface Internals {
  readonly _handle: { useUserBuffer(buffer: Buffer): void } | null;
  [slot: symbol]: unknown;
}

/**
 * Node reads into a given buffer only for who makes the socket (option `onread`), and servers make theirs themselves. So
 * what that option does is done here to a socket that exists.
 * @returns false when this Node does it in another way
 */
function useSharedBuffer(socket: Socket, read: Read): boolean {
  const internals = socket as unknown as Internals;
  const slot = (name: string): symbol[] =>
    Object.getOwnPropertySymbols(socket).filter(({ description }) => description === name);
  const [[buffer, ...others], [callback], [next]] = [slot('kBuffer'), slot('kBufferCb'), slot('kBufferGen')];
  const handle = internals._handle;
  if (buffer === undefined || callback === undefined || next === undefined || others.length > 0) return false;
  if (typeof handle?.useUserBuffer !== 'function') return false;
  internals[buffer] = readBuffer;
  internals[next] = null;
  internals[callback] = (length: number): boolean => {
    read(readBuffer.subarray(0, length));
    return true;
  };
  handle.useUserBuffer(readBuffer);
  return true;
}
