import { type Endpoint, type Path, dial, nameOf } from './dial.js';
import { ClientError } from './errors.js';
import type { Channel, ChannelOptions } from './channel/channel.js';
import { Dialogue } from './channel/dialogue.js';
import { Gauge, Share } from './gauge.js';
import type { Fleet } from './mux/fleet.js';
import { helloFrame } from './mux/messages.js';
import { Mux } from './mux/mux.js';

export interface ConnectOptions {
  /** How long it may take until the VPs are known, in milliseconds. Default: 10,000. */
  readonly timeout?: number | undefined;
  /**
   * Octets of results that may wait for the program, of all channels together; then nothing more is read of any of them until half
   * of it is taken. Default: 16 MiB.
   */
  readonly buffer?: number | undefined;
  /** Gives up connecting when it aborts; afterwards it changes nothing. */
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT = 10_000;
const BUFFER = 16_777_216;

/**
 * Connects to the mux of a controller: a unix socket, TCP or TLS. Resolves when the controller has told of all VPs that are
 * connected. Rejects with a ClientError: SCR_NO_CONTROLLER, SCR_MUX_CREDENTIALS, SCR_MUX_TLS, SCR_NOT_A_MUX, SCR_MUX_SILENT and others.
 */
export async function connect(where: Path | Endpoint, options: ConnectOptions = {}): Promise<Fleet> {
  const { timeout = TIMEOUT, buffer = BUFFER } = options;
  return within(nameOf(where), timeout, options.signal, async (signal) => {
    const socket = await dial(where, signal);
    if (!('path' in where)) socket.write(helloFrame());
    const mux = new Mux(socket, nameOf(where), buffer);
    const giveUp = (): void => mux.close();
    signal.addEventListener('abort', giveUp);
    try {
      await mux.ready.promise;
      return mux;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  });
}

/** Connects to the socket of a single instance: it is one channel. Rejects as {@link connect} does. */
export async function connectInstance(path: string, options: ConnectOptions & ChannelOptions = {}): Promise<Channel> {
  const { timeout = TIMEOUT, buffer = BUFFER } = options;
  const socket = await within(path, timeout, options.signal, (signal) => dial({ path }, signal));
  const gauge = new Gauge(buffer, (on) => void (on ? socket.pause() : socket.resume()));
  const carrier = {
    share: new Share(gauge),
    write: (text: string) => void socket.write(text),
    leave: () => void socket.resume().end(() => socket.unref()),
  };
  const dialogue = new Dialogue(path, carrier, options);
  let cause: Error | undefined;
  socket.on('error', (error) => (cause = error));
  socket.on('close', () => dialogue.ended(cause?.message));
  socket.on('data', (chunk: Buffer) => dialogue.receive(chunk));
  return dialogue;
}

/** Tells a time limit from the program's own signal. */
async function within<T>(
  name: string,
  timeout: number,
  own: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(timeout);
  try {
    return await task(own === undefined ? limit : AbortSignal.any([limit, own]));
  } catch (failure) {
    own?.throwIfAborted();
    if (limit.aborted) throw new ClientError('SCR_MUX_SILENT', name);
    throw failure;
  }
}
