import { describe, expect, test } from 'vitest';
import { type Limits, type Peer, ipPeer } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

/** Some octets of a hello. */
const BEGUN = Buffer.alloc(3);

let port = 1024;

function peerAt(address: string): Peer {
  return ipPeer(address, ++port);
}

function crowded(limits: Partial<Limits>): Promise<TestBench> {
  return startBench([], { limits });
}

/** Dials so many times from an address, each 1 ms after the other, and says nothing. */
async function silent(bench: TestBench, count: number, address = '192.0.2.1'): Promise<SimScamper[]> {
  const dialled: SimScamper[] = [];
  for (let each = 0; each < count; each++) {
    dialled.push(bench.dial({ peer: peerAt(address) }));
    await bench.clock.advance(1);
  }
  return dialled;
}

function codes(bench: TestBench): unknown[] {
  return bench.log.of('connection.refused').map(({ fields }) => fields['code']);
}

function open(scampers: readonly SimScamper[]): boolean[] {
  return scampers.map(({ stream }) => !stream.destroyed);
}

test('no more connections than limits.handshakes may wait to be attached', async () => {
  await using bench = await crowded({ handshakes: 2 });
  const [first, second] = [bench.dial(), bench.dial()];
  const third = bench.dial();
  third.hello();
  const { fields, message } = await refused(bench, third);
  expect(message).toBe('192.0.2.1:1027: too many connections are waiting to be attached');
  expect(fields).toMatchObject({ code: 'SCR_HELLO_CROWD', transport: 'memory' });
  await first.attach(); // those that came in time are served
  await settle();
  await bench.attach(); // and the place is free again
  second.cut();
  await settle();
  await bench.attach();
  expect(bench.controller.instances).toHaveLength(3);
});

test('connections that were refused make room', async () => {
  await using bench = await crowded({ handshakes: 1 });
  for (let count = 0; count < 3; count++) {
    const scamper = bench.dial();
    scamper.raw(Buffer.alloc(10));
    await scamper.closed;
    await settle();
  }
  expect(codes(bench)).toEqual(['SCR_HELLO_INVALID', 'SCR_HELLO_INVALID', 'SCR_HELLO_INVALID']);
});

describe('when all places are taken', () => {
  test('the oldest silent connection of the most crowded address makes place', async () => {
    await using bench = await crowded({ handshakes: 5 });
    const others = await silent(bench, 1, '198.51.100.1');
    const flood = await silent(bench, 4);
    const real = await bench.attach({ peer: peerAt('203.0.113.1') });
    expect(real.stream.destroyed).toBe(false);
    expect(open([...others, ...flood])).toEqual([true, false, true, true, true]);
    const { fields, message } = await bench.log.waitFor('connection.refused');
    expect(fields).toMatchObject({ code: 'SCR_HELLO_EVICTED', step: 'hello' });
    expect(message).toContain('refused: it made place for another connection');
    expect(bench.controller.figures.refusals).toEqual([{ step: 'hello', code: 'SCR_HELLO_EVICTED', count: 1 }]);
  });

  test('who has spoken goes after all who have not, the oldest first', async () => {
    await using bench = await crowded({ handshakes: 4 });
    const flood = await silent(bench, 4);
    flood[0]?.raw(BEGUN);
    flood[1]?.raw(BEGUN);
    await settle();
    for (let each = 0; each < 3; each++) await bench.attach({ peer: peerAt('203.0.113.1') });
    expect(open(flood)).toEqual([true, true, false, true]); // an attach frees the place again
    await silent(bench, 1, '203.0.113.2');
    await silent(bench, 1, '203.0.113.3');
    expect(open(flood)).toEqual([true, true, false, false]);
    await silent(bench, 1, '203.0.113.4');
    expect(open(flood)).toEqual([false, true, false, false]);
    await silent(bench, 1, '203.0.113.5');
    expect(open(flood)).toEqual([false, true, false, false]); // one is not twice as many as one would be
    expect(codes(bench).at(-1)).toBe('SCR_HELLO_CROWD');
  });

  test('an address that has as many as others would have keeps them while they are young', async () => {
    await using bench = await crowded({ handshakes: 2 });
    const young = [...(await silent(bench, 1, '198.51.100.1')), ...(await silent(bench, 1, '198.51.100.2'))];
    await bench.clock.advance(997);
    const refusedOne = bench.dial({ peer: peerAt('203.0.113.1') });
    await refusedOne.closed;
    expect(codes(bench)).toEqual(['SCR_HELLO_CROWD']);
    expect(open(young)).toEqual([true, true]);
    await bench.clock.advance(1);
    await bench.attach({ peer: peerAt('203.0.113.1') });
    expect(open(young)).toEqual([false, true]);
  });

  test('places taken by one connection of each of many addresses come free too', async () => {
    await using bench = await crowded({ handshakes: 30 });
    for (let each = 0; each < 30; each++) bench.dial({ peer: peerAt(`2001:db8:0:${each.toString(16)}::1`) });
    await bench.clock.advance(1_000);
    for (let each = 0; each < 30; each++) {
      await bench.attach({ peer: peerAt('203.0.113.1') });
      bench.dial({ peer: peerAt(`2001:db8:1:${each.toString(16)}::1`) });
    }
    expect(bench.controller.instances).toHaveLength(30);
  });

  test('who is being authenticated or attached is not made to go', async () => {
    const answer = gate();
    const slow = plugin('slow', ({ hooks }) => hooks.authenticate.tap(() => answer.promise));
    await using bench = await startBench([slow], { limits: { handshakes: 3 } });
    const asked = [1, 2, 3].map(() => bench.dial());
    for (const scamper of asked) scamper.hello();
    await bench.clock.advance(20_000);
    await bench.dial({ peer: peerAt('203.0.113.1') }).closed;
    expect(codes(bench)).toEqual(['SCR_HELLO_CROWD']);
    answer.open();
    await Promise.all(asked.map((scamper) => scamper.waitFor('id')));
  });

  test('a place is free at once, even where a handler of accept does not notice', async () => {
    const answer = gate();
    const isFlood = (peer: Peer): boolean => peer.kind === 'ip' && peer.address === '192.0.2.1';
    const slow = plugin('slow', ({ hooks }) =>
      hooks.accept.tap(({ peer }) => (isFlood(peer) ? answer.promise : undefined)),
    );
    await using bench = await startBench([slow], { limits: { handshakes: 2 } });
    const flood = await silent(bench, 2);
    await bench.attach({ peer: peerAt('203.0.113.1') });
    expect(open(flood)).toEqual([false, true]);
    expect(bench.controller.figures.arriving).toBe(1);
    answer.open();
    expect((await bench.log.waitFor('connection.refused')).fields).toMatchObject({
      code: 'SCR_HELLO_EVICTED',
      step: 'accept',
    });
  });
});

describe('an address with as many as limits.addressHandshakes', () => {
  test('is refused one more while its own are young; others are not', async () => {
    await using bench = await crowded({ addressHandshakes: 2 });
    const flood = await silent(bench, 2);
    await silent(bench, 1);
    expect(codes(bench)).toEqual(['SCR_HELLO_CROWD']);
    expect(open(flood)).toEqual([true, true]);
    await bench.attach({ peer: peerAt('192.0.2.2') });
  });

  test.each([
    ['silent', Buffer.alloc(0), 1_000],
    ['that has spoken', BEGUN, 10_000],
  ])('its oldest %s makes place, not a moment before its time', async (_what, said, age) => {
    await using bench = await crowded({ addressHandshakes: 2 });
    const oldest = bench.dial({ peer: peerAt('192.0.2.1') });
    oldest.raw(said);
    await bench.clock.advance(5_000);
    const younger = bench.dial({ peer: peerAt('192.0.2.1') });
    younger.raw(BEGUN);
    await bench.clock.advance(Math.max(0, age - 5_001));
    if (age > 5_000) {
      await silent(bench, 1);
      expect(codes(bench)).toEqual(['SCR_HELLO_CROWD']);
    }
    await bench.attach({ peer: peerAt('192.0.2.1') });
    expect(open([oldest, younger])).toEqual([false, true]);
  });

  test('holds for a network of IPv6, and for mapped addresses as for IPv4', async () => {
    await using bench = await crowded({ addressHandshakes: 1 });
    await silent(bench, 1, '2001:db8:0:1::1');
    await silent(bench, 1, '2001:db8:0:2::1');
    await silent(bench, 1, '192.0.2.1');
    expect(codes(bench)).toEqual([]);
    await silent(bench, 1, '2001:db8:0:1::2');
    await silent(bench, 1, '::ffff:192.0.2.1');
    expect(codes(bench)).toEqual(['SCR_HELLO_CROWD', 'SCR_HELLO_CROWD']);
  });

  test('holds for as much of an address as the prefixes say', async () => {
    await using bench = await crowded({ addressHandshakes: 1, ipv4Prefix: 24, ipv6Prefix: 48 });
    for (const address of ['192.0.2.1', '192.0.3.1', '2001:db8:0:1::1', '2001:db8:1:1::1'])
      await silent(bench, 1, address);
    expect(codes(bench)).toEqual([]);
    for (const address of ['192.0.2.2', '2001:db8:0:2::1']) await silent(bench, 1, address);
    expect(codes(bench)).toEqual(['SCR_HELLO_CROWD', 'SCR_HELLO_CROWD']);
  });

  test('peers without an address count for themselves', async () => {
    await using bench = await crowded({ addressHandshakes: 1 });
    for (const label of ['one', 'two']) bench.dial({ peer: { kind: 'label', label } });
    await settle();
    expect(codes(bench)).toEqual([]);
  });
});

test('a flood of silent connections from one address at the real bounds shuts nobody out, not even of that address', async () => {
  await using bench = await startBench();
  for (let each = 0; each < 1_024; each++) bench.dial({ peer: peerAt('192.0.2.1') });
  await bench.clock.advance(1_000);
  for (let each = 0; each < 100; each++) bench.dial({ peer: peerAt('192.0.2.1') });
  await bench.attach({ peer: peerAt('192.0.2.1') });
  await bench.attach({ peer: peerAt('203.0.113.1') });
  expect(bench.controller.figures.arriving).toBeLessThanOrEqual(1_024);
});
