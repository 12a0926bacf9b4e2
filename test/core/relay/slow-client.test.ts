import { describe, expect, test } from 'vitest';
import type { Limits } from '../../../core/contract/limits.js';
import { type SimClient, type SimScamper, settle, silent, startBench } from '../../../testing/index.js';

const PIECE = 16_384;

/** Sends pieces that can be told apart. */
function flood(scamper: SimScamper, channel: number, count: number, from = 0): void {
  for (let index = from; index < from + count; index++) scamper.send(channel, piece(index));
}

function piece(index: number): string {
  return `${index} `.padEnd(PIECE - 1, '.') + '\n';
}

function numbersIn(client: SimClient): number[] {
  return [...client.text.matchAll(/(\d+) \.+\n/g)].map(([, digits]) => Number(digits));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_each, index) => index);
}

/** Octets that the controller took from the scamper. */
function accepted(scamper: SimScamper): number {
  return scamper.received.filter(({ type }) => type === 'ack').length * PIECE;
}

/** An instance with one client that does not read and one that does. */
async function slowAndSwift(limits: Partial<Limits> = {}) {
  const bench = await startBench([], { limits: { clientBuffer: 262_144, ...limits } });
  const scamper = await bench.attach({ script: silent });
  const [slow, swift] = [bench.client(), bench.client()];
  slow.stream.pause();
  await settle();
  return { bench, scamper, slow, swift };
}

describe('a client that does not read', () => {
  test.each([4_096, 262_144, 1_000_000])(
    'makes the controller take little more than %i octets for it',
    async (clientBuffer) => {
      const { bench, scamper, slow } = await slowAndSwift({ clientBuffer });
      await using _bench = bench;
      flood(scamper, 1, 200);
      await settle(400);
      expect(accepted(scamper)).toBeGreaterThanOrEqual(clientBuffer);
      // What the client's own stream takes, and the read that went over the limit.
      expect(accepted(scamper)).toBeLessThanOrEqual(clientBuffer + 5 * PIECE);
      expect(scamper.stream.writableLength).toBeGreaterThan(100 * PIECE);
      slow.stream.resume();
      await settle(800);
      expect(numbersIn(slow)).toEqual(upTo(200));
      expect(scamper.violation).toBeUndefined();
    },
  );

  test('lets other clients of its instance go on up to the limit', async () => {
    const { bench, scamper, slow, swift } = await slowAndSwift();
    await using _bench = bench;
    flood(scamper, 1, 10);
    scamper.send(2, 'for the swift');
    await settle(100);
    expect(swift.text).toBe('for the swift');
    expect(bench.log.of('client.slow')).toEqual([]);
    slow.stream.resume();
    await settle(100);
    expect(numbersIn(slow)).toEqual(upTo(10));
  });

  test('does not touch other instances', async () => {
    const { bench, scamper } = await slowAndSwift();
    await using _bench = bench;
    flood(scamper, 1, 100);
    await settle(200);
    await bench.attach();
    const client = bench.client();
    client.send('ping\n');
    await client.until('OK id-1');
  });

  test('is disconnected after limits.clientStall; the other clients of the instance then go on', async () => {
    const { bench, scamper, slow, swift } = await slowAndSwift({ clientStall: 15, sharedStall: 60 });
    await using _bench = bench;
    flood(scamper, 1, 100);
    scamper.send(2, 'at last');
    await settle(200);
    expect(swift.text).toBe('');
    await bench.clock.advance(14_000);
    expect(bench.log.of('client.dropped')).toEqual([]);
    await bench.clock.advance(2_000);
    const { level, message, fields } = await bench.log.waitFor('client.dropped');
    expect(level).toBe('warn');
    expect(message).toBe('192.0.2.1:1025 channel 1: the client does not read what is sent to it');
    expect(fields).toMatchObject({ code: 'SCR_CLIENT_STALLED', instance: '192.0.2.1:1025', channel: 1 });
    await swift.until('at last');
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    await slow.end;
    expect(scamper.violation).toBeUndefined();
    expect(bench.instance().state).toBe('connected');
  });

  test('has its whole time again whenever it took what waited', async () => {
    const { bench, scamper, slow } = await slowAndSwift({ clientStall: 15, sharedStall: 60, clientBuffer: 4_096 });
    await using _bench = bench;
    for (let round = 0; round < 4; round++) {
      flood(scamper, 1, 5, round * 5);
      await settle(50);
      await bench.clock.advance(14_000);
      scamper.keepalive();
      slow.stream.resume();
      await settle(100);
      expect(numbersIn(slow)).toEqual(upTo(round * 5 + 5));
      slow.stream.pause();
    }
    expect(bench.log.of('client.dropped')).toEqual([]);
  });

  test('and leaves lets the instance go on at once', async () => {
    const { bench, scamper, slow, swift } = await slowAndSwift();
    await using _bench = bench;
    flood(scamper, 1, 100);
    scamper.send(2, 'at last');
    await settle(200);
    slow.leave();
    await swift.until('at last');
    expect(scamper.violation).toBeUndefined();
  });

  test('does not hold up the instance once that has finished the channel, and has its time to read the rest', async () => {
    const { bench, scamper, slow, swift } = await slowAndSwift();
    await using _bench = bench;
    flood(scamper, 1, 10);
    scamper.finish(1);
    flood(scamper, 2, 50);
    await settle(400);
    expect(numbersIn(swift)).toEqual(upTo(50));
    await bench.clock.advance(14_000);
    slow.stream.resume();
    await slow.end;
    expect(numbersIn(slow)).toEqual(upTo(10));
    expect(slow.ended).toBe(true);
  });

  test('is disconnected even when nothing more comes for it', async () => {
    const { bench, scamper, slow } = await slowAndSwift();
    await using _bench = bench;
    flood(scamper, 1, 10);
    scamper.finish(1);
    await settle(100);
    await bench.clock.advance(16_000);
    await bench.log.waitFor('client.dropped', { code: 'SCR_CLIENT_STALLED', channel: 1 });
    expect(slow.stream.destroyed).toBe(true);
  });

  test('keeps its place over a resume: the instance is held up still', async () => {
    const { bench, scamper, slow } = await slowAndSwift({ clientStall: 600, clientBuffer: 4_096 });
    await using _bench = bench;
    flood(scamper, 1, 60);
    await settle(100);
    expect(await bench.resume(scamper)).toBe(true);
    await settle(100);
    expect(accepted(scamper)).toBeLessThan(20 * PIECE);
    slow.stream.resume();
    await settle(400);
    expect(numbersIn(slow)).toEqual(upTo(60));
    expect(scamper.violation).toBeUndefined();
  });
});

test('a client that has everything and the end of it, but does not leave, is let go without a warning', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await settle();
  scamper.send(1, 'all');
  scamper.finish(1);
  await client.end;
  expect(client.text).toBe('all');
  await bench.clock.advance(16_000);
  expect(client.stream.destroyed).toBe(true);
  expect(bench.log.of('client.dropped')).toEqual([]);
});

test('an instance’s only client that does not read holds it up and costs no buffer', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  client.stream.pause();
  await settle();
  flood(scamper, 1, 100);
  await settle(200);
  expect(accepted(scamper)).toBeLessThanOrEqual(262_144 + 5 * PIECE);
  client.stream.resume();
  await settle(400);
  expect(numbersIn(client)).toEqual(upTo(100));
});
