import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * All sockets are read into this one buffer: what is read is processed before anything else is read, and whoever
 * keeps bytes copies them. Fresh memory for each read would cost more than everything else on the relay path.
 */
const readBuffer = Buffer.allocUnsafeSlow(131_072);

/** What Node keeps on a socket without typing it. */
interface WithHandle {
  _handle: { useUserBuffer: unknown } | null;
}

function hasHandle(socket: unknown): socket is WithHandle {
  return typeof (socket as Partial<WithHandle>)._handle?.useUserBuffer === 'function';
}

/** Whether writes that leave nothing waiting in the stream are in the kernel, so that their memory may be used again. */
export function isKernelSocket(stream: Duplex): boolean {
  return stream instanceof Socket && !(stream instanceof TLSSocket);
}

/**
 * Takes a socket over for reading into the shared buffer. Node lets only the maker of a socket choose that (option
 * `onread`), and a server makes its sockets itself; so the connection moves to a socket made here and the given one is closed.
 * @returns the stream to go on with: the given one, its `data` events and all, where it cannot be taken over
 */
export function takeOver(stream: Duplex, read: (chunk: Buffer) => void): Duplex {
  const handle = detachHandle(stream);
  if (handle === undefined) {
    stream.on('data', read);
    stream.resume(); // whoever hands it over may have kept it from being read
    return stream;
  }
  const options = {
    handle,
    allowHalfOpen: stream.allowHalfOpen,
    onread: {
      buffer: readBuffer,
      callback: (length: number) => {
        read(readBuffer.subarray(0, length));
        return true;
      },
    },
  };
  stream.destroy();
  return new Socket(options);
}

/** The connection below a socket that nothing was read from; undefined for anything else. */
function detachHandle(stream: Duplex): object | undefined {
  const untouched = stream.readableFlowing !== true && stream.readableLength === 0 && stream.writableLength === 0;
  if (!isKernelSocket(stream) || stream.destroyed || !untouched) return undefined;
  const socket: unknown = stream;
  if (!hasHandle(socket)) return undefined;
  const handle = socket._handle;
  socket._handle = null;
  return handle ?? undefined;
}
