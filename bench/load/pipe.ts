import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Figures, LoadPlan } from '../plan.js';
import { flow } from './bulk.js';
import { LoadClient } from './client.js';
import { type Fleet, insist } from './fleet.js';
import type { Meter } from './meter.js';

/** Octets written at a time, at most. */
const WRITE = 524_288;

async function dial({ port, tls }: LoadPlan): Promise<Socket> {
  const socket = tls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, tls ? 'secureConnect' : 'connect');
  return socket;
}

/** The same payload through a relay without a protocol: what the machine can do at best. */
export async function pipe(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  const socket = await insist(() => dial(plan));
  socket.on('error', (cause) => fleet.troubles.push(cause.message));
  const client = await insist(async () => {
    const attempt = new LoadClient(plan.pipePath);
    await attempt.connected();
    return attempt;
  });
  const bytes = Buffer.alloc(Math.min(WRITE, plan.size * plan.window), 'x');
  const pump = (): void => {
    while (socket.write(bytes));
  };
  socket.on('drain', pump);
  pump();
  await fleet.during(plan.warmUp);
  return flow(plan, fleet, meter, () => client.received);
}
