import { expect, test } from 'vitest';
import { type SimClient, type SimScamper, type TestBench, silent, startBench } from '../../testing/index.js';
import { atRest, taken } from './support/flow.js';

const MESSAGE = 8_192;
/** What streams between the ends may hold beside the controller's own queues. */
const STREAMS = 131_072;
const limits = { clientBuffer: 65_536, clientStall: 5, sharedStall: 60 };

/** A client that reads nothing. */
function deaf(bench: TestBench, index = -1): SimClient {
  const client = bench.client(bench.instance(index));
  client.stream.pause();
  return client;
}

/** Sends messages on a channel; the first octet tells which one it is. */
function stream(scamper: SimScamper, channel: number, count: number, size = MESSAGE): void {
  for (let index = 0; index < count; index++) scamper.send(channel, Buffer.alloc(size, 65 + (index % 26)));
}

test('a client that never reads holds its instance up before much is taken from it', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  deaf(bench);
  stream(scamper, 1, 256);
  const bytes = (await atRest(() => taken(scamper))) * MESSAGE;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(STREAMS);
});

test('where the instance has other clients, it is held up after the buffer of the slow one', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  deaf(bench);
  bench.client();
  stream(scamper, 1, 256);
  const bytes = (await atRest(() => taken(scamper))) * MESSAGE;
  expect(bytes).toBeGreaterThanOrEqual(limits.clientBuffer);
  expect(bytes).toBeLessThanOrEqual(limits.clientBuffer + STREAMS);
});

test('messages of one octet to the slow client, among large ones to another, take no more of its buffer than they hold', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  deaf(bench);
  const fast = bench.client();
  for (let index = 0; index < 2_000; index++) {
    scamper.send(1, 'x');
    scamper.send(2, Buffer.alloc(1_000, 'y'));
  }
  await atRest(() => taken(scamper));
  // 2,000 octets fit in the buffer, so nobody is held up.
  expect(taken(scamper)).toBe(4_000);
  expect(fast.text).toBe('y'.repeat(2_000_000));
});

test('the slow client is disconnected after its time, and the others get everything', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  const slow = deaf(bench);
  const fast = bench.client();
  stream(scamper, 1, 64);
  await atRest(() => taken(scamper));
  stream(scamper, 2, 64);
  await atRest(() => taken(scamper));
  expect(fast.text).toBe('');

  await bench.clock.advance(limits.clientStall * 1000 - 1);
  expect(bench.log.of('client.dropped')).toEqual([]);
  await bench.clock.advance(1_001); // the sweep comes once a second
  const [dropped, ...more] = bench.log.of('client.dropped');
  expect(more).toEqual([]);
  expect(dropped).toMatchObject({
    level: 'warn',
    message: '192.0.2.1:1025 channel 1: the client does not read what is sent to it',
    fields: { instance: '192.0.2.1:1025', channel: 1, code: 'SCR_CLIENT_STALLED' },
  });
  await slow.end;
  await atRest(() => taken(scamper));
  expect(taken(scamper)).toBe(128);
  expect(fast.text).toHaveLength(64 * MESSAGE);
  expect(scamper.received).toContainEqual({ type: 'fin', channel: 1 });
  expect(scamper.violation).toBeUndefined();
});

test('clients of other instances do not notice', async () => {
  await using bench = await startBench([], { limits });
  const held = await bench.attach({ script: silent });
  deaf(bench);
  stream(held, 1, 256);
  await atRest(() => taken(held));
  const free = await bench.attach({ script: silent });
  const client = bench.client();
  stream(free, 1, 256);
  await atRest(() => taken(free));
  expect(client.text).toHaveLength(256 * MESSAGE);
  expect(taken(held)).toBeLessThan(256);
});

test('a client that reads slowly but steadily keeps its connection and gets everything', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  const client = deaf(bench);
  stream(scamper, 1, 256);
  // A pause before each turn, shorter than the time it is given.
  while (client.text.length < 256 * MESSAGE) {
    await bench.clock.advance((limits.clientStall - 2) * 1000);
    const before = client.text.length;
    client.stream.resume();
    await atRest(() => Math.min(client.text.length, before + limits.clientBuffer));
    client.stream.pause();
  }
  expect(bench.log.of('client.dropped')).toEqual([]);
  expect(client.text).toHaveLength(256 * MESSAGE);
});

test('a client that does not take the last of its results is disconnected after its time', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  const slow = deaf(bench);
  stream(scamper, 1, 6);
  scamper.finish(1);
  await atRest(() => taken(scamper));
  await bench.clock.advance(limits.clientStall * 1000 + 1_000);
  expect(bench.log.of('client.dropped').map(({ fields }) => fields['code'])).toEqual(['SCR_CLIENT_STALLED']);
  await slow.end;
  expect(slow.ended).toBe(false);
});

test('an instance held up by its client is neither silent nor dropped', async () => {
  await using bench = await startBench([], { limits: { clientBuffer: 65_536, clientStall: 600 } });
  const scamper = await bench.attach({ script: silent });
  deaf(bench);
  stream(scamper, 1, 256);
  await atRest(() => taken(scamper));
  await bench.clock.advance(300_000);
  expect(bench.instance().state).toBe('connected');
  expect(scamper.received.filter(({ type }) => type === 'keepalive').length).toBeGreaterThanOrEqual(10);
});
