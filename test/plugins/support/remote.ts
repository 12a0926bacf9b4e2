import { type Server, type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { SimScamper, type SimScamperOptions, type TestBench, type TestLog } from '../../../testing/index.js';

/** The ports that a controller told it listens on, in the order of its sockets. */
export function portsIn(log: TestLog): number[] {
  return log.of('tcp.listening').map((line) => Number(line.fields['port']));
}

/** The port of a controller that listens on one. */
export function portOf({ log }: Pick<TestBench, 'log'>): number {
  const [port] = portsIn(log);
  if (port === undefined) throw new Error('nothing listens');
  return port;
}

/** A TCP connection, as scamper makes it. */
export async function tcp(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host });
  await once(socket, 'connect');
  return socket;
}

/** A simulated scamper at the other end of a TCP connection. */
export async function dial(port: number, options: SimScamperOptions & { host?: string } = {}): Promise<SimScamper> {
  return new SimScamper(await tcp(port, options.host), options);
}

/** Whether somebody listens. */
export async function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    (await tcp(port, host)).destroy();
    return true;
  } catch {
    return false;
  }
}

/** Somebody else who listens: on a port, a free one for 0, or a path. @returns the port */
export async function occupy(where: {
  port?: number;
  host?: string;
  path?: string;
}): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen({ ...where, ipv6Only: true });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, server };
}

/** A port that is free for both families, below those that the system gives out by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  probe.listen(port, '::');
  const free = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
