import { BlockList, type Server, isIP } from 'node:net';
import { ScrError, defineErrors } from '../core/contract/errors.js';

/** Failures of listening on a port. */
export const listenErrors = defineErrors({
  // ## The start
  /** IPv6 addresses stand in brackets: `[2001:db8::1]:31337`. */
  SCR_LISTEN_INVALID: [
    'this is not an address to listen on',
    'write port, ip:port or [ip6]:port, with a port from 0 to 65535',
  ],
  SCR_LISTEN_FAMILY: [
    'the address does not belong to the family asked for',
    'drop -4 or -6, or use an address of that family',
  ],
  /** Another controller, most likely: `ss -ltnp` shows who listens. */
  SCR_PORT_BUSY: ['the port is already in use', 'stop the program that uses it, or choose another port with -P'],
  SCR_PORT_FORBIDDEN: [
    'this user may not listen on the port',
    'choose a port above 1023, or start with the right to use it',
  ],
  SCR_ADDRESS_UNAVAILABLE: ['this machine does not have the address', 'use an address of this machine, or only a port'],
  SCR_LISTEN_FAILED: ['the port cannot be listened on', 'see the cause'],
});

export type Family = 'ipv4' | 'ipv6';

/** One socket to listen with. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly family: Family;
}

function invalid(text: string): ScrError {
  return new ScrError(listenErrors.SCR_LISTEN_INVALID, `listen ${text}`);
}

function parsePort(text: string, whole: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) throw invalid(whole);
  return port;
}

/** The sockets that `[ip:]port` stands for. @throws ScrError SCR_LISTEN_INVALID, SCR_LISTEN_FAMILY */
export function endpointsOf(listen: string, family: 'any' | Family): Endpoint[] {
  const match = /^(?:\[([^\]]+)\]:|([^:]+):)?([^:]*)$/.exec(listen);
  if (match === null) throw invalid(listen);
  const [, bracketed, plain, portText = ''] = match;
  const host = bracketed ?? plain;
  const port = parsePort(portText, listen);
  if (host === undefined) {
    const all: Endpoint[] = [
      { host: '0.0.0.0', port, family: 'ipv4' },
      { host: '::', port, family: 'ipv6' },
    ];
    return family === 'any' ? all : all.filter((endpoint) => endpoint.family === family);
  }
  const version = isIP(host);
  if (version !== (bracketed === undefined ? 4 : 6)) throw invalid(listen);
  const own: Family = version === 4 ? 'ipv4' : 'ipv6';
  if (family !== 'any' && family !== own) throw new ScrError(listenErrors.SCR_LISTEN_FAMILY, `listen ${listen}`);
  return [{ host, port, family: own }];
}

/** Connections the system may queue: a whole fleet comes back at once after a restart. */
const BACKLOG = 4096;

const specOfCode: Readonly<Record<string, keyof typeof listenErrors>> = {
  EADDRINUSE: 'SCR_PORT_BUSY',
  EACCES: 'SCR_PORT_FORBIDDEN',
  EADDRNOTAVAIL: 'SCR_ADDRESS_UNAVAILABLE',
};

function listenFailure({ host, port, family }: Endpoint, cause: NodeJS.ErrnoException): ScrError {
  const spec = listenErrors[specOfCode[cause.code ?? ''] ?? 'SCR_LISTEN_FAILED'];
  return new ScrError(spec, family === 'ipv6' ? `[${host}]:${port}` : `${host}:${port}`, { cause });
}

/** Has a server listen. @throws ScrError SCR_PORT_BUSY, SCR_PORT_FORBIDDEN, SCR_ADDRESS_UNAVAILABLE, SCR_LISTEN_FAILED */
export function listenOn(server: Server, endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject: (why: ScrError) => void) => {
    const fail = (cause: Error): void => reject(listenFailure(endpoint, cause));
    server.once('error', fail);
    server.listen({ host: endpoint.host, port: endpoint.port, ipv6Only: true, backlog: BACKLOG }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The sockets that `[ip:]port` stands for where a port alone is on the loopback addresses. @throws ScrError as {@link endpointsOf} does */
export function localEndpointsOf(listen: string): readonly Endpoint[] {
  const named = endpointsOf(listen, 'any');
  return named.length === 1 ? named : named.map(atHome);
}

function atHome({ port, family }: Endpoint): Endpoint {
  return { host: family === 'ipv4' ? '127.0.0.1' : '::1', port, family };
}

/** Whether only this machine reaches it. */
export function isLoopback({ host, family }: Endpoint): boolean {
  return loopback.check(host, family);
}
