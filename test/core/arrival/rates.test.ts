import { describe, expect, test } from 'vitest';
import { COUNTED, Rates } from '../../../core/arrival/rates.js';
import { defaultLimits } from '../../../core/contract/limits.js';
import { ipPeer } from '../../../plugin-sdk/index.js';
import { FakeClock, startBench } from '../../../testing/index.js';

/** How many of so many may come. */
function taken(rates: Rates, count: number, network = '192.0.2.1'): number {
  return Array.from({ length: count }, () => rates.take(network)).filter((may) => may).length;
}

test('past limits.addressRate the connections of an address are closed at once, and those of others are not', async () => {
  await using bench = await startBench([], { limits: { addressRate: 1 } });
  for (let each = 1; each <= 100; each++) await bench.attach({ peer: ipPeer('192.0.2.1', each) });
  const refused = bench.dial({ peer: ipPeer('::ffff:192.0.2.1', 101) });
  await refused.closed;
  const { message, fields } = await bench.log.waitFor('connection.refused');
  expect(message).toBe('192.0.2.1:101: too many connections come from this address');
  expect(fields).toMatchObject({ code: 'SCR_HELLO_RATE', step: 'announce' });
  expect(bench.controller.figures.refusals).toEqual([{ step: 'announce', code: 'SCR_HELLO_RATE', count: 1 }]);
  await bench.attach({ peer: ipPeer('192.0.2.2', 1) });
  await bench.clock.advance(1_000);
  await bench.attach({ peer: ipPeer('192.0.2.1', 102) });
  expect(bench.controller.instances).toHaveLength(102);
});

test('by default 9,000 may attach, and 9,000 resume, from one address within 10 s', async () => {
  const clock = new FakeClock();
  const rates = new Rates(clock, defaultLimits.addressRate);
  expect(taken(rates, 9_000)).toBe(9_000);
  await clock.advance(10_000);
  expect(taken(rates, 9_000)).toBe(9_000);
});

describe('an address may connect', () => {
  test('so often at once, and so often a second after that', async () => {
    const clock = new FakeClock();
    const rates = new Rates(clock, 5);
    expect(taken(rates, 1_000)).toBe(500);
    await clock.advance(199);
    expect(taken(rates, 10)).toBe(0);
    await clock.advance(1);
    expect(taken(rates, 10)).toBe(1);
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000);
      expect(taken(rates, 10)).toBe(5);
    }
  });

  test('as often as before when it was away', async () => {
    const clock = new FakeClock();
    const rates = new Rates(clock, 5);
    for (const away of [100_000, 199_999, 200_000, 3_600_000]) {
      expect(taken(rates, 1_000)).toBe(500);
      await clock.advance(away);
    }
    expect(taken(rates, 1_000)).toBe(500);
  });

  test('as often as it likes where the rate is 0', () => {
    expect(taken(new Rates(new FakeClock(), 0), 100_000)).toBe(100_000);
  });
});

test('a bounded number of addresses is counted: those beyond come in, those counted stay counted', async () => {
  const clock = new FakeClock();
  const rates = new Rates(clock, 1);
  for (let each = 0; each < COUNTED; each++) rates.take(`n${each}`);
  expect(taken(rates, 200, 'beyond')).toBe(200);
  expect(taken(rates, 200, 'n0')).toBe(99);
  await clock.advance(100_000);
  expect(taken(rates, 200, 'beyond')).toBe(100);
});
