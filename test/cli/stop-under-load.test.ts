import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LoadClient } from '../../bench/load/client.js';
import { LoadInstance } from '../../bench/load/instance.js';
import { streamFrom } from '../bounds/support/stream-from.js';
import { StrictMux } from '../plugins/mux/support/strict-mux.js';
import { type Running, find, start, temporaryFolder } from './support/command.js';

/** The long form: how many instances. */
const long = process.env['STOP_LOAD'];
/** Instances; those that send all the time; octets that each client that reads has got before the stop. */
const INSTANCES = Number(long ?? 200);
const BUSY = INSTANCES / 20;
const FLOWS = 200_000;
/** The longest that a stop may take, in milliseconds. */
const LONGEST = 5_000;

async function attached(port: number): Promise<LoadInstance> {
  const instance = new LoadInstance();
  onTestFinished(() => instance.cut());
  await instance.attach(port, false);
  return instance;
}

/** Takes what comes in its own time. */
function reader(path: string, pace: 'fast' | 'slow' | 'never'): LoadClient {
  const client = new LoadClient(path, pace !== 'never');
  onTestFinished(() => client.leave());
  if (pace !== 'slow') return client;
  client.onData = () => {
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 5);
  };
  return client;
}

/** A program that opens a channel on each of these instances. */
async function muxReader(path: string, reads: boolean): Promise<{ readonly received: () => number }> {
  const mux = await new StrictMux(connect({ path, allowHalfOpen: true })).ready();
  onTestFinished(() => void mux.stream.destroy());
  let received = 0;
  mux.onData = (_channel, bytes) => void (received += bytes.length);
  [...mux.vps.keys()].slice(0, BUSY).forEach((id, index) => mux.open(id, index + 1));
  if (!reads) mux.stream.pause();
  return { received: () => received };
}

/** A controller with a fleet that sends at full speed to clients that read fast, slowly, and not at all. */
async function underLoad(): Promise<{ readonly folder: string; readonly running: Running }> {
  const folder = temporaryFolder();
  const running = start(['-P', '127.0.0.1:0', '-U', 's', '-M', 'mux', '-e', 'pid'], { cwd: folder });
  const port = await running.port();
  const busy = await Promise.all(Array.from({ length: BUSY }, () => attached(port)));
  busy.forEach((instance) => streamFrom(instance, 4_096, 16));
  await Promise.all(Array.from({ length: INSTANCES - BUSY }, () => attached(port)));
  const sockets = busy.map(({ name }) => join(folder, 's', name));
  const fast = sockets.map((path) => reader(path, 'fast'));
  const mux = await muxReader(join(folder, 'mux'), true);
  const flows = (): boolean => fast.every(({ received }) => received > FLOWS) && mux.received() > FLOWS;
  await vi.waitUntil(flows, { timeout: 15_000, interval: 5 });
  for (const path of sockets) for (const pace of ['slow', 'never'] as const) reader(path, pace);
  await muxReader(join(folder, 'mux'), false);
  const clients = 5 * BUSY;
  await running.until(
    ({ log }) => log.filter(({ event }) => event === 'client.attached').length === clients || undefined,
  );
  return { folder, running };
}

test.each(long === undefined ? (['SIGTERM'] as const) : (['SIGTERM', 'SIGINT'] as const))(
  '%s under full load: exit code 0 within 5 s; sockets, mux and pid file are gone',
  async (signal) => {
    const { folder, running } = await underLoad();
    const begin = performance.now();
    running.signal(signal);
    await running.waitFor('signal.stop');
    if (signal === 'SIGTERM') running.signal(signal); // a second one changes nothing
    expect(await running.finished).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - begin).toBeLessThan(LONGEST);
    expect(readdirSync(join(folder, 's'))).toEqual([]);
    expect(['mux', 'pid'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
    expect(running.log.at(-1)).toMatchObject({ event: 'controller.stopped' });
    expect(find(running.log, 'uncaught')).toBeUndefined();
  },
);
