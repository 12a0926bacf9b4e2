import { expect, test } from 'vitest';
import type { ClientOrigin } from '../../../plugin-sdk/index.js';
import { SimClient, memoryPair, silent, startBench } from '../../../testing/index.js';
import { atRest, taken } from '../../bounds/support/flow.js';
import { NotingSink, sinkThat } from '../support/noting-sink.js';
import { plugin } from '../support/plugins.js';

const MIB = 1_048_576;
const mallory: ClientOrigin = { credentials: { uid: 666, gid: 666, pid: 1 } };

test(
  '1,000 clients that stay below limits.clientBuffer keep no more than limits.backlogs together',
  { timeout: 20_000 },
  async () => {
    await using bench = await startBench([], { limits: { backlogs: 2 * MIB } });
    const scamper = await bench.attach({ script: silent });
    const honest = bench.client();
    const sinks = Array.from({ length: 1_000 }, () => {
      const sink = new NotingSink();
      sink.full = true;
      return { sink, port: bench.instance().open(sink, mallory) };
    });
    for (const { port } of sinks) {
      scamper.send(port.channel.id, 'x');
      scamper.send(port.channel.id, 'y'.repeat(4_000));
      scamper.send(1, 'z'.repeat(1_000));
    }
    await atRest(() => taken(scamper));
    const isOver = (sink: NotingSink): boolean => sink.notes.at(-1) === 'closed SCR_BACKLOG_CROWD';
    const gone = sinks.filter(({ sink }) => isOver(sink)).length;
    const waiting = sinks.reduce((sum, { port, sink }) => sum + (isOver(sink) ? 0 : port.channel.figures().waiting), 0);
    expect(waiting).toBeLessThanOrEqual(2 * MIB);
    expect(waiting).toBeGreaterThan(MIB);
    expect(gone).toBeGreaterThan(400);
    const dropped = bench.log.of('client.dropped');
    expect(dropped).toHaveLength(gone);
    expect(dropped.every(({ level, fields }) => level === 'warn' && fields['code'] === 'SCR_BACKLOG_CROWD')).toBe(true);
    expect(honest.text).toBe('z'.repeat(1_000_000));
    expect(scamper.violation).toBeUndefined();
    for (const { port } of sinks) port.ready();
    expect(sinks.filter(({ sink }) => sink.text === `x${'y'.repeat(4_000)}`)).toHaveLength(1_000 - gone);
    expect(sinks.filter(({ sink }) => isOver(sink)).every(({ sink }) => sink.text === 'x')).toBe(true);
  },
);

test('what waits in the stream of a client that is alone counts as well', async () => {
  await using bench = await startBench([], { limits: { backlogs: MIB } });
  const kept: SimClient[] = [];
  for (let index = 0; index < 40; index++) {
    const scamper = await bench.attach({ script: silent });
    const [ours, theirs] = memoryPair();
    bench.instance().connect(ours, mallory);
    const client = new SimClient(theirs);
    client.stream.pause();
    kept.push(client);
    for (let count = 0; count < 4; count++) scamper.send(1, Buffer.alloc(30_000));
    await atRest(() => taken(scamper));
  }
  const dropped = bench.log.of('client.dropped');
  expect(dropped.length).toBeGreaterThan(0);
  expect(dropped.every(({ fields }) => fields['code'] === 'SCR_BACKLOG_CROWD')).toBe(true);
  expect(kept.filter(({ stream }) => !stream.destroyed).length).toBe(40 - dropped.length);
});

test('a plugin tells what it keeps, and drops whom it is told to; one that fails at that is named', async () => {
  const accounts: { set(octets: number): void }[] = [];
  const dropped: string[] = [];
  const keeping = plugin('keeping', ({ account }) => {
    accounts.push(account(mallory, () => dropped.push('first')));
    accounts.push(
      account({}, () => {
        throw new Error('no');
      }),
    );
  });
  await using bench = await startBench([keeping], { limits: { backlogs: MIB } });
  accounts[0]?.set(MIB + 1);
  expect(dropped).toEqual(['first']);
  accounts[1]?.set(MIB + 1);
  accounts[0]?.set(MIB);
  expect(dropped).toEqual(['first']);
  expect(bench.log.of('listener.failed').map(({ fields }) => fields['code'])).toEqual(['SCR_LISTENER_FAILED']);
});

test('a client that closes while its results are counted leaves nothing behind', async () => {
  await using bench = await startBench([], { limits: { backlogs: MIB } });
  const scamper = await bench.attach({ script: silent });
  for (let round = 1; round <= 3; round++) {
    const port = bench.instance().open(
      sinkThat({
        data: () => {
          port.close();
          return false;
        },
      }),
    );
    await scamper.waitFor('open');
    for (let count = 0; count < 30; count++) scamper.send(round, Buffer.alloc(30_000));
    await atRest(() => taken(scamper));
  }
  expect(bench.log.of('client.dropped')).toEqual([]);
});

test('clients from the network are one user where they come from one network: the many of a /64 go before one of another', async () => {
  const dropped: string[] = [];
  const from = (address: string): ClientOrigin => ({ peer: { kind: 'ip', address, port: 5 } });
  const keeping = plugin('keeping', ({ account }) => {
    for (let host = 1; host <= 3; host++) {
      account(from(`2001:db8:0:1::${host}`), () => dropped.push('many')).set(MIB / 4);
    }
    account(from('2001:db8:0:2::1'), () => dropped.push('one')).set(MIB / 2);
  });
  await using bench = await startBench([keeping], { limits: { backlogs: MIB } });
  expect(dropped).toEqual(['many']);
  expect(bench.log.of('listener.failed')).toEqual([]);
});
