import { describe, expect, test } from 'vitest';
import { type Kind, LIVES, REFUSALS, Sums } from '../../../core/instance/sums.js';
import { type Peer, ipPeer } from '../../../plugin-sdk/index.js';
import { FakeClock, type TestBench, TestLog, startBench } from '../../../testing/index.js';

let port = 0;

/** A connection that says nothing usable, from an address. */
async function nonsense(bench: TestBench, count: number, address = '192.0.2.1'): Promise<void> {
  for (let each = 0; each < count; each++) {
    const scamper = bench.dial({ peer: peerAt(address) });
    scamper.raw(Buffer.alloc(10));
    await scamper.closed;
  }
}

function peerAt(address: string): Peer {
  return ipPeer(address, ++port);
}

function summed(log: TestLog): unknown[] {
  return log.of('log.summed').map(({ level, message }) => `${level} ${message}`);
}

describe('refusals of one code and address', () => {
  test('are told up to a number in a minute, then counted, and the count is told at its end', async () => {
    await using bench = await startBench();
    let seen = 0;
    await nonsense(bench, REFUSALS.each);
    expect(bench.log.of('connection.refused')).toHaveLength(REFUSALS.each);
    await bench.clock.advance(59_000);
    expect(summed(bench.log)).toEqual([]);
    await nonsense(bench, 3);
    await nonsense(bench, 1, '192.0.2.2');
    seen = bench.controller.figures.refusals.reduce((sum, { count }) => sum + count, 0);
    expect(seen).toBe(REFUSALS.each + 4); // counted all the same
    expect(bench.log.of('connection.refused')).toHaveLength(REFUSALS.each + 1);
    await bench.clock.advance(1_000);
    const text = 'connection.refused SCR_HELLO_INVALID: and 3 more from 192.0.2.1 within 60 s';
    expect(summed(bench.log)).toEqual([`warn ${text}`]);
    const { fields } = await bench.log.waitFor('log.summed');
    const counted = { of: 'connection.refused', code: 'SCR_HELLO_INVALID', from: '192.0.2.1', count: 3, seconds: 60 };
    expect(fields).toEqual({ event: 'log.summed', ...counted });
    await nonsense(bench, 1);
    expect(bench.log.of('connection.refused')).toHaveLength(REFUSALS.each + 2); // another minute
  });

  test('nothing is told of a minute with as many as may be, and not of others', async () => {
    await using bench = await startBench();
    await nonsense(bench, REFUSALS.each);
    await bench.clock.advance(61_000);
    expect(summed(bench.log)).toEqual([]);
  });

  test('are counted by network, as the limits say, and told to observers one by one', async () => {
    await using bench = await startBench([], { limits: { ipv6Prefix: 48 } });
    for (let each = 0; each < REFUSALS.each + 2; each++) await nonsense(bench, 1, `2001:db8:0:${each}::1`);
    await bench.clock.advance(60_000);
    const text = 'connection.refused SCR_HELLO_INVALID: and 2 more from 2001:db8::/48 within 60 s';
    expect(summed(bench.log)).toEqual([`warn ${text}`]);
  });

  test('what was counted is told at a stop', async () => {
    const bench = await startBench();
    await nonsense(bench, REFUSALS.each + 1);
    await bench.clock.advance(4_500);
    await bench.stop();
    expect(summed(bench.log)).toEqual([
      'warn connection.refused SCR_HELLO_INVALID: and 1 more from 192.0.2.1 within 5 s',
    ]);
  });

  test('what a transport announces wrongly is counted too', async () => {
    await using bench = await startBench();
    for (let each = 0; each < REFUSALS.each + 1; each++) bench.dial({ peer: { kind: 'label', label: '@' } });
    await bench.clock.advance(60_000);
    expect(summed(bench.log)).toEqual([
      'warn connection.refused SCR_PEER_NAME: and 1 more from transport memory within 60 s',
    ]);
  });
});

describe('of many addresses', () => {
  const kind: Kind = { event: 'connection.refused', code: 'SCR_HELLO_TIMEOUT', level: 'warn' };

  /** @returns how many of so many lines are written, each of an address of its own */
  function written(sums: Sums, count: number, of = kind): number {
    return Array.from({ length: count }, (_, each) => sums.writes(of, `n${each}`, REFUSALS)).filter((is) => is).length;
  }

  test('34,000 refusals leave a thousand lines and a sum, and nothing is lost', async () => {
    const [clock, log] = [new FakeClock(), new TestLog()];
    const sums = new Sums(log, clock);
    expect(written(sums, 34_000)).toBe(REFUSALS.all);
    await clock.advance(60_000);
    sums.sweep(clock.now());
    expect(summed(log)).toEqual([
      'warn connection.refused SCR_HELLO_TIMEOUT: and 33,000 more from other addresses within 60 s',
    ]);
  });

  test('an address of which lines were written is told by its name', async () => {
    const [clock, log] = [new FakeClock(), new TestLog()];
    const sums = new Sums(log, clock);
    written(sums, REFUSALS.all);
    for (let each = 0; each < 7; each++) expect(sums.writes(kind, 'n3', REFUSALS)).toBe(false);
    sums.writes(kind, 'another', REFUSALS);
    sums.close();
    expect(log.of('log.summed').map(({ fields }) => [fields['from'], fields['count']])).toEqual([
      ['n3', 7],
      [undefined, 1],
    ]);
  });

  test('kinds are counted apart, and those of too many codes together', () => {
    const log = new TestLog();
    const sums = new Sums(log, new FakeClock());
    for (let each = 0; each < 200; each++) written(sums, 1, { ...kind, code: `SCR_X${each}` });
    expect(written(sums, REFUSALS.all, { ...kind, code: 'SCR_X0' })).toBe(REFUSALS.all - 1);
    const more = { ...kind, code: 'SCR_X199' };
    for (let each = 0; each < REFUSALS.each; each++) sums.writes(more, 'n0', REFUSALS);
    sums.close();
    const told = log.of('log.summed').map(({ fields }) => [fields['code'], fields['from'], fields['count']]);
    expect(told.filter(([code]) => code === 'other')).toEqual([['other', 'n0', 100]]);
  });
});

test('the lines of an instance’s life are summed up where an address plays with them', async () => {
  await using bench = await startBench();
  const rounds = LIVES.each + 2;
  for (let round = 0; round < rounds; round++) {
    const scamper = await bench.attach({ peer: peerAt('192.0.2.1') });
    scamper.cut();
    await scamper.closed;
  }
  await expect.poll(() => bench.controller.instances).toEqual([]);
  await bench.attach({ peer: peerAt('192.0.2.2') });
  for (const event of ['instance.disconnected', 'instance.gone']) {
    expect(bench.log.of(event)).toHaveLength(LIVES.each);
  }
  expect(bench.log.of('instance.attached')).toHaveLength(LIVES.each + 1);
  await bench.clock.advance(60_000);
  expect(summed(bench.log).sort()).toEqual([
    'info instance.attached: and 2 more from 192.0.2.1 within 60 s',
    'info instance.disconnected: and 2 more from 192.0.2.1 within 60 s',
    'info instance.gone: and 2 more from 192.0.2.1 within 60 s',
  ]);
});
