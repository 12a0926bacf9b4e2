import { expect, test } from 'vitest';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { ipPeer } from '../../../plugin-sdk/index.js';
import { SimClient, settle, startBench } from '../../../testing/index.js';
import { keeping, plugin } from '../support/plugins.js';
import { hello, wired } from '../support/wire.js';

test('a scamper is told its address and becomes an instance', async () => {
  await using bench = await startBench();
  const scamper = bench.dial({ monitorName: 'foo.bar', peer: ipPeer('2001:db8::1', 1026) });
  expect(await scamper.attach()).toBe('2001:db8::1.1026');
  expect(bench.controller.instances).toHaveLength(1);
  expect(bench.instance()).toMatchObject({
    id: 1,
    name: 'foo.bar-2001:db8::1.1026',
    monitorName: 'foo.bar',
    peer: { kind: 'ip', address: '2001:db8::1', port: 1026 },
    transport: 'memory',
    tls: undefined,
    state: 'connected',
    since: bench.clock.date(),
  });
});

test('instances are numbered from 1 and keep apart', async () => {
  await using bench = await startBench();
  await bench.attach();
  await bench.attach();
  expect(bench.controller.instances.map(({ id, name }) => `${id} ${name}`)).toEqual([
    '1 192.0.2.1:1025',
    '2 192.0.2.1:1026',
  ]);
});

test('it is reachable before it is answered', async () => {
  const heard: number[] = [];
  const slow = plugin('slow', ({ hooks }) =>
    hooks.attach.tap(async () => {
      await settle();
      heard.push(scamper.received.length);
    }),
  );
  await using bench = await startBench([slow]);
  const scamper = bench.dial();
  await scamper.attach();
  expect(heard).toEqual([0]);
});

test('a client that connects while the instance is being attached is served after the answer', async () => {
  const clients: SimClient[] = [];
  const eager = plugin('eager', ({ hooks }) =>
    hooks.attach.tap((instance) => void clients.push(SimClient.attach(instance))),
  );
  await using bench = await startBench([eager]);
  const scamper = await bench.attach();
  await clients[0]?.until('MORE');
  expect(scamper.violation).toBeUndefined();
  expect(scamper.received.map(({ type }) => type).slice(0, 2)).toEqual(['id', 'open']);
});

test('a hello that comes octet by octet is understood', async () => {
  await using bench = await startBench();
  const scamper = bench.dial();
  for (const octet of hello) {
    scamper.raw(Buffer.from([octet]));
    await settle(1);
  }
  expect(await scamper.waitFor('id')).toEqual({ type: 'id', id: '192.0.2.1:1025' });
});

test('frames right behind the hello are processed, after the answer', async () => {
  const { bench, stream, heard } = await wired();
  await using _bench = bench;
  stream.write(Buffer.concat([hello, ...[0, 1].map((sequence) => encodeFrame(sequence, 77, Buffer.from('early')))]));
  await expect.poll(() => heard().slice(1)).toEqual(['#0 5 0 0 0 0', '#0 5 0 0 0 1']); // an ACK each
  expect(bench.instance().state).toBe('connected');
});

test('a frame that begins right behind the hello and ends later is put together', async () => {
  const { bench, stream, heard } = await wired();
  await using _bench = bench;
  const long = encodeFrame(0, 77, Buffer.alloc(5_000)); // longer than a hello may be
  stream.write(Buffer.concat([hello, long.subarray(0, 700)]));
  await settle();
  expect(bench.instance().state).toBe('connected');
  stream.write(long.subarray(700));
  await expect.poll(() => heard().slice(1)).toEqual(['#0 5 0 0 0 0']);
});

test('a mistake right behind the hello ends the connection after the answer', async () => {
  const { bench, stream, heard } = await wired();
  await using _bench = bench;
  stream.write(Buffer.concat([hello, encodeFrame(9, 77, Buffer.from('early'))]));
  const { message } = await bench.log.waitFor('instance.disconnected', { code: 'SCR_PROTOCOL' });
  expect(message).toBe('192.0.2.1:1025 disconnected: sequence 9 where 0 was due: the instance broke the protocol');
  await bench.log.waitFor('instance.gone', { code: 'SCR_PROTOCOL' });
  await settle();
  expect(heard()).toHaveLength(1);
});

test('the longest hello is accepted', async () => {
  await using bench = await startBench();
  const monitorName = 'm'.repeat(254);
  await bench.attach({ magic: Buffer.alloc(255, 7), monitorName });
  expect(bench.instance().monitorName).toBe(monitorName);
});

test('an old scamper without the length of a name is accepted', async () => {
  await using bench = await startBench();
  const scamper = bench.dial();
  scamper.control(0, Buffer.from([0, 1, 99]));
  await scamper.waitFor('id');
  expect(bench.instance().monitorName).toBeUndefined();
});

test('the magic is never logged, a fingerprint is', async () => {
  await using bench = await startBench();
  const magic = Buffer.from('a secret');
  await bench.attach({ magic });
  await expect(bench.attach({ magic })).rejects.toThrow('the connection ended: SCR_MAGIC_TAKEN');
  const text = JSON.stringify(bench.log.lines);
  for (const encoding of ['latin1', 'hex', 'base64'] as const) expect(text).not.toContain(magic.toString(encoding));
  expect(bench.instance().fingerprint).toMatch(/^[0-9a-f]{8}$/);
  expect(text).toContain(bench.instance().fingerprint);
});

test('what came is in the log for whoever looks for a mistake, but for the magic', async () => {
  await using bench = await startBench([keeping(900)]);
  const scamper = await bench.attach({ monitorName: 'foo.bar' });
  scamper.cut();
  await bench.resume(scamper);
  expect(bench.log.of('protocol.hello')).toEqual([
    {
      level: 'debug',
      message: 'MASTER_NEW',
      fields: { event: 'protocol.hello', peer: '192.0.2.1:1025', message: 'MASTER_NEW', monitorName: 'foo.bar' },
    },
    {
      level: 'debug',
      message: 'MASTER_RES',
      fields: {
        event: 'protocol.hello',
        peer: '192.0.2.1:1026',
        message: 'MASTER_RES',
        rcvNxt: 0,
        sndNxt: 0,
        sndUna: 0,
      },
    },
  ]);
});

test('who is attached, and who comes back, is in the log', async () => {
  await using bench = await startBench([keeping(900)]);
  const scamper = await bench.attach();
  const { fingerprint } = bench.instance();
  const who = { id: 1, fingerprint, transport: 'memory' };
  expect(bench.log.of('instance.attached')).toMatchObject([
    { level: 'info', message: '192.0.2.1:1025 attached', fields: { instance: '192.0.2.1:1025', ...who } },
  ]);
  scamper.cut();
  await bench.resume(scamper);
  expect(bench.log.of('instance.resumed')).toMatchObject([
    { level: 'info', message: '192.0.2.1:1026 resumed', fields: { instance: '192.0.2.1:1026', ...who } },
  ]);
});
