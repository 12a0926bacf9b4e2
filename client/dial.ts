import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type ConnectionOptions, TLSSocket, connect as connectTls } from 'node:tls';
import { type CredentialFault, credentialFault } from './credentials.js';
import { ClientError, type ClientErrorCode } from './errors.js';
import { plainly } from './plainly.js';

/** A unix socket. */
export interface Path {
  readonly path: string;
}

/** TCP, with TLS or without. */
export interface Endpoint {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** `true`, or what Node's `tls.connect` takes: `ca`, `cert`, `key`, `servername`. Certificates are verified. */
  readonly tls?: boolean | ConnectionOptions | undefined;
}

/** How long nothing may come before TCP asks whether the other end is still there, in milliseconds. */
const KEEPALIVE = 30_000;

/** How it is told in messages. */
export function nameOf(where: Path | Endpoint): string {
  if ('path' in where) return where.path;
  return `${where.host.includes(':') ? `[${where.host}]` : where.host}:${where.port}`;
}

/**
 * Connects, with TLS where it is asked for. Rejects with a ClientError, SCR_NO_CONTROLLER, SCR_MUX_CREDENTIALS or SCR_MUX_TLS, or with the reason of
 * the signal.
 */
export async function dial(where: Path | Endpoint, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = open(where);
  socket.on('error', () => undefined); // there is always somebody who is told: `close` follows
  try {
    await reached(socket, 'connect', 'SCR_NO_CONTROLLER', signal);
    if (socket instanceof TLSSocket) await reached(socket, 'secureConnect', 'SCR_MUX_TLS', signal);
    return socket;
  } catch (failure) {
    socket.destroy();
    signal.throwIfAborted();
    throw failure instanceof ClientError ? failure.of(nameOf(where)) : failure;
  }
}

async function reached(socket: Socket, event: string, code: ClientErrorCode, signal: AbortSignal): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (cause) {
    throw new ClientError(code, undefined, { cause: code === 'SCR_MUX_TLS' ? plainly(cause) : cause });
  }
}

/** The socket ends when the other side's does. */
function open(where: Path | Endpoint): Socket {
  if ('path' in where) return connect({ path: where.path });
  const { host, port, tls = false } = where;
  // Stryker disable next-line ConditionalExpression,BooleanLiteral: spreading `true` adds nothing, but its type is refused
  const socket = tls === false ? connect({ host, port }) : connectWith({ ...(tls === true ? {} : tls), host, port });
  return socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE);
}

/** What is given for TLS is looked at where Node does not take it, and where it takes anything. */
function connectWith(options: ConnectionOptions & Endpoint): TLSSocket {
  const refusal = ({ reason }: CredentialFault): ClientError =>
    new ClientError('SCR_MUX_CREDENTIALS', nameOf(options), { reason });
  const unread = credentialFault({ ca: options.ca });
  if (unread !== undefined) throw refusal(unread);
  try {
    return connectTls(options);
  } catch (failure) {
    const fault = credentialFault(options);
    throw fault === undefined ? failure : refusal(fault);
  }
}
