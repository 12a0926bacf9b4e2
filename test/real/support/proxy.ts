import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Stands between scamper and the controller, as a network does. */
export interface Proxy {
  readonly port: number;
  /** Cuts every connection; new ones are let through. */
  cut(): void;
}

/** Passes bytes on, each way after this many milliseconds, in order. */
function pass(from: Socket, to: Socket, latency: number): void {
  from.on('data', (chunk: Buffer) => {
    if (latency === 0) to.write(chunk);
    else void wait(latency).then(() => to.write(chunk));
  });
  from.on('error', () => undefined); // `close` follows
  from.on('close', () => to.destroy());
}

/** @param port the controller's. @param latency of one way, in milliseconds */
export async function startProxy(port: number, latency = 0): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    pass(near, far, latency);
    pass(far, near, latency);
    for (const socket of [near, far]) sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    cut();
  });
  return { port: (server.address() as AddressInfo).port, cut };
}
