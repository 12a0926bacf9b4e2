import { describe, expect, test } from 'vitest';
import { settle, silent, startBench } from '../../../testing/index.js';
import { keeping } from '../support/plugins.js';

const keepalives = (scamper: { received: readonly { type: string }[] }): number =>
  scamper.received.filter(({ type }) => type === 'keepalive').length;

describe('silence', () => {
  test('of 60 s disconnects the instance', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    await bench.clock.advance(59_000);
    expect(bench.instance().state).toBe('connected');
    await bench.clock.advance(1_000);
    const { message } = await bench.log.waitFor('instance.disconnected', { code: 'SCR_INSTANCE_SILENT' });
    expect(message).toBe('192.0.2.1:1025 disconnected: nothing was heard from the instance for too long');
    await scamper.closed;
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('is broken by whatever the instance says', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach();
    for (let round = 0; round < 5; round++) {
      await bench.clock.advance(50_000);
      scamper.keepalive();
      await settle();
    }
    expect(bench.instance().state).toBe('connected');
  });
});

describe('after the whole process stood still for an hour', () => {
  test('an instance is not taken for silent whose words wait to be read', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    const stood = bench.clock.standStill(3_600_000); // timers first, as in Node
    scamper.keepalive();
    await stood;
    await bench.clock.advance(30_000);
    expect(bench.log.of('instance.disconnected')).toEqual([]);
    expect(bench.instance().state).toBe('connected');
  });

  test('one that has said nothing since is, a second later', async () => {
    await using bench = await startBench([keeping(900)]);
    await bench.attach();
    await bench.clock.standStill(3_600_000);
    expect(bench.instance().state).toBe('connected');
    await bench.clock.advance(1_000);
    await bench.log.waitFor('instance.disconnected', { code: 'SCR_INSTANCE_SILENT' });
  });

  test('and again and again, silence is not overlooked for ever', async () => {
    await using bench = await startBench([keeping(900)]);
    await bench.attach();
    for (let round = 0; round < 2; round++) await bench.clock.standStill(60_000);
    await bench.log.waitFor('instance.disconnected', { code: 'SCR_INSTANCE_SILENT' });
  });

  test('a zombie whose time is up is gone', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    await bench.clock.standStill(3_600_000);
    await bench.clock.advance(1_000);
    await bench.log.waitFor('instance.gone');
  });
});

test.each([86_400_000, -86_400_000])('the clock on the wall does not matter, set by %i ms', async (ms) => {
  await using bench = await startBench([keeping(900)]);
  const [lost] = [await bench.attach(), await bench.attach()];
  lost.cut();
  await bench.log.waitFor('instance.zombie');
  bench.clock.set(ms);
  await bench.clock.advance(50_000);
  expect(bench.controller.instances.map(({ state }) => state)).toEqual(['zombie', 'connected']);
  expect(await bench.resume(lost)).toBe(true);
});

describe('keepalives', () => {
  test('leave each 28 s while there is nothing else to say', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach();
    for (const [seconds, expected] of [
      [27, 0],
      [1, 1],
      [27, 1],
      [1, 2],
    ] as const) {
      await bench.clock.advance(seconds * 1_000);
      expect(keepalives(scamper)).toBe(expected);
      scamper.keepalive();
      await settle();
    }
    expect(scamper.violation).toBeUndefined();
  });

  test('go on while a slow client keeps the instance from being read, which counts as silence of nobody', async () => {
    await using bench = await startBench([], { limits: { clientBuffer: 4_096, clientStall: 600 } });
    const scamper = await bench.attach({ script: silent });
    const client = bench.client();
    client.stream.pause();
    await settle();
    for (let count = 0; count < 20; count++) scamper.send(1, Buffer.alloc(16_384));
    await settle();
    expect(bench.log.of('client.slow')).toHaveLength(1);
    await bench.clock.advance(150_000);
    expect(keepalives(scamper)).toBe(5);
    expect(bench.instance().state).toBe('connected');
    client.stream.resume();
    await settle(40);
    await bench.clock.advance(59_000); // it had no chance to speak before
    expect(bench.instance().state).toBe('connected');
    expect(scamper.violation).toBeUndefined();
  });
});
