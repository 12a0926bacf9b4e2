import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { SimClient, SimScamper, type SimScamperOptions } from '../../../testing/index.js';

/** A simulated scamper, attached over TCP. */
export async function attachScamper(port: number, options: SimScamperOptions = {}): Promise<SimScamper> {
  const scamper = new SimScamper(connect(port, '127.0.0.1'), options);
  onTestFinished(() => scamper.cut());
  await scamper.attach();
  return scamper;
}

/** A client on a unix socket. */
export function attachClient(path: string): SimClient {
  const client = new SimClient(connect({ path, allowHalfOpen: true }));
  onTestFinished(() => client.leave());
  return client;
}
