import { expect, test } from 'vitest';
import { silent, startBench } from '../../testing/index.js';
import zombie from '../../plugins/zombie/index.js';
import { arrived, atRest, pattern, taken } from './support/flow.js';

const limits = { instanceBuffer: 131_072 };
/** What streams between the ends may hold beside the controller's own queues. */
const STREAMS = 131_072;
const MUCH = 2_097_152;
const PIECE = 16_384;

test('a client that writes to an instance that does not read is paused, and nothing is lost', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await scamper.waitFor('open');
  scamper.stall();
  const sent = pattern(MUCH);
  for (let at = 0; at < MUCH; at += PIECE) client.send(sent.subarray(at, at + PIECE));
  const accepted = MUCH - (await atRest(() => client.stream.writableLength));
  expect(accepted).toBeGreaterThanOrEqual(limits.instanceBuffer);
  expect(accepted).toBeLessThanOrEqual(limits.instanceBuffer + STREAMS);
  scamper.readOn();
  await atRest(() => arrived(scamper, 1).length);
  expect(arrived(scamper, 1).equals(sent)).toBe(true);
});

test('an instance that reads but never acknowledges is sent a bounded amount', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent, acknowledges: false });
  const client = bench.client();
  await scamper.waitFor('open');
  for (let at = 0; at < MUCH; at += PIECE) client.send(Buffer.alloc(PIECE));
  const bytes = await atRest(() => arrived(scamper, 1).length);
  expect(bytes).toBeGreaterThanOrEqual(limits.instanceBuffer / 2);
  expect(bytes).toBeLessThanOrEqual(limits.instanceBuffer + STREAMS);
});

test('writes of one octet count by the memory they take', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent, acknowledges: false });
  const client = bench.client();
  await scamper.waitFor('open');
  for (let index = 0; index < 4_000; index++) client.send('x');
  const messages = await atRest(() => arrived(scamper, 1).length);
  expect(messages).toBeGreaterThan(100);
  // At 256 octets of bookkeeping each.
  expect(messages).toBeLessThanOrEqual(limits.instanceBuffer / 256 + 64);
});

test('a client that writes to a zombie is paused; after the resume everything arrives, in order', async () => {
  await using bench = await startBench([zombie], { limits });
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await scamper.waitFor('open');
  await atRest(() => scamper.received.length);
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const sent = pattern(MUCH);
  for (let at = 0; at < MUCH; at += PIECE) client.send(sent.subarray(at, at + PIECE));
  const accepted = MUCH - (await atRest(() => client.stream.writableLength));
  expect(accepted).toBeGreaterThanOrEqual(limits.instanceBuffer);
  expect(accepted).toBeLessThanOrEqual(limits.instanceBuffer + STREAMS);
  expect(await bench.resume(scamper)).toBe(true);
  await atRest(() => arrived(scamper, 1).length);
  expect(arrived(scamper, 1).equals(sent)).toBe(true);
});

test('every client of a zombie is paused, whoever filled its buffer', async () => {
  await using bench = await startBench([zombie], { limits });
  const scamper = await bench.attach({ script: silent });
  const [one, two] = [bench.client(), bench.client()];
  await scamper.waitFor('open');
  await scamper.waitFor('open');
  await atRest(() => scamper.received.length);
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  for (let at = 0; at < MUCH; at += PIECE) one.send(Buffer.alloc(PIECE));
  await atRest(() => one.stream.writableLength);
  for (let at = 0; at < MUCH; at += PIECE) two.send(Buffer.alloc(PIECE));
  const accepted = MUCH - (await atRest(() => two.stream.writableLength));
  expect(accepted).toBeLessThanOrEqual(STREAMS);
});

test('when a zombie is given up, its paused clients see end of file', async () => {
  await using bench = await startBench([[zombie, { time: 60 }]], { limits });
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await scamper.waitFor('open');
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  for (let at = 0; at < MUCH; at += PIECE) client.send(Buffer.alloc(PIECE));
  await atRest(() => client.stream.writableLength);
  await bench.clock.advance(61_000);
  await client.end;
  expect(client.ended).toBe(true);
});

test('an instance that sends but does not read what it is sent is held up, and dropped after 60 s', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await scamper.waitFor('open');
  scamper.stall();
  const messages = 40_000;
  for (let index = 0; index < messages; index++) scamper.send(1, 'x');
  const relayed = await atRest(() => client.text.length);
  expect(relayed).toBeGreaterThan(0);
  // 15 octets each; a quarter of a MiB of them may wait.
  expect(relayed * 15).toBeLessThanOrEqual(262_144 + STREAMS);
  await bench.clock.advance(59_000);
  expect(bench.instance().state).toBe('connected');
  expect(await atRest(() => client.text.length)).toBe(relayed);
  await bench.clock.advance(2_000);
  const lost = await bench.log.waitFor('instance.disconnected');
  expect(lost.fields['code']).toBe('SCR_INSTANCE_DEAF');
  expect(lost.message).toBe('192.0.2.1:1025 disconnected: the instance does not take what is sent to it');
});

test('an instance that reads on in time goes on as if nothing had been', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await scamper.waitFor('open');
  scamper.stall();
  const messages = 40_000;
  for (let index = 0; index < messages; index++) scamper.send(1, 'x');
  await atRest(() => client.text.length);
  await bench.clock.advance(30_000);
  scamper.readOn();
  await atRest(() => client.text.length);
  expect(client.text).toHaveLength(messages);
  await bench.clock.advance(20_000);
  expect(taken(scamper)).toBe(messages);
  expect(scamper.violation).toBeUndefined();
  expect(bench.log.of('instance.disconnected')).toEqual([]);
});
