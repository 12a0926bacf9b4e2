import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../core/contract/limits.js';
import { type InstanceView, type TlsIdentity, ipPeer } from '../../plugin-sdk/index.js';
import { type SimScamper, type SimScamperOptions, type TestBench, startBench } from '../../testing/index.js';
import zombie from '../../plugins/zombie/index.js';
import { Kept } from '../../plugins/zombie/kept.js';

const checked: TlsIdentity = { authorized: true, names: ['vp'], fingerprint256: 'AB', protocol: 'TLSv1.3' };

let port = 1024;

interface From extends SimScamperOptions {
  readonly tls?: TlsIdentity;
}

function attach(bench: TestBench, address: string, more: From = {}): Promise<SimScamper> {
  return bench.attach({ ...more, peer: ipPeer(address, ++port) });
}

/** One that attaches and is lost again. */
async function lost(bench: TestBench, address: string, more: From = {}): Promise<SimScamper> {
  const scamper = await attach(bench, address, more);
  await cut(bench, scamper);
  return scamper;
}

async function cut(bench: TestBench, scamper: SimScamper): Promise<void> {
  const before = zombies(bench).length + gone(bench);
  scamper.cut();
  await scamper.closed;
  await expect.poll(() => zombies(bench).length + gone(bench)).not.toBe(before);
}

function zombies(bench: TestBench): string[] {
  const all = bench.controller.instances.filter(({ state }) => state === 'zombie');
  return all.map(({ monitorName, name }) => monitorName ?? name);
}

function gone(bench: TestBench): number {
  return bench.log.of('instance.gone').length;
}

function keeping(options: object): Promise<TestBench> {
  return startBench([[zombie, { time: 60, ...options }]]);
}

describe('past the most that may be kept', () => {
  test('the oldest is gone, which is told; that they are full is told once', async () => {
    await using bench = await keeping({ most: 2 });
    for (const monitorName of ['a', 'b', 'c', 'd']) await lost(bench, '192.0.2.1', { monitorName });
    expect(zombies(bench)).toEqual(['c', 'd']);
    expect(bench.log.of('instance.gone').map(({ fields }) => [fields['monitorName'], fields['code']])).toEqual([
      ['a', 'SCR_ZOMBIE_EVICTED'],
      ['b', 'SCR_ZOMBIE_EVICTED'],
    ]);
    expect(bench.log.of('zombie.full')).toMatchObject([
      { level: 'warn', message: '2 zombies: for each one more, one of least worth is gone', fields: { most: 2 } },
    ]);
    await bench.clock.advance(61_000);
    for (const monitorName of ['e', 'f']) await lost(bench, '192.0.2.1', { monitorName });
    expect(bench.log.of('zombie.full')).toHaveLength(1);
    await lost(bench, '192.0.2.1');
    expect(bench.log.of('zombie.full')).toHaveLength(2);
  });

  test('the oldest of the most crowded address is gone', async () => {
    await using bench = await keeping({ most: 3 });
    await lost(bench, '192.0.2.1', { monitorName: 'other' });
    for (const monitorName of ['a', 'b', 'c']) await lost(bench, '192.0.2.2', { monitorName });
    await lost(bench, '192.0.2.3', { monitorName: 'new' });
    expect(zombies(bench)).toEqual(['other', 'c', 'new']);
  });

  test('those with clients or a checked certificate go last, and then the oldest', async () => {
    await using bench = await keeping({ most: 2 });
    const served = await attach(bench, '192.0.2.1', { monitorName: 'served' });
    bench.client();
    await cut(bench, served);
    await lost(bench, '192.0.2.1', { monitorName: 'known', tls: checked });
    await lost(bench, '192.0.2.2', { monitorName: 'stranger' });
    expect(zombies(bench)).toEqual(['served', 'known']); // the one just lost is worth least
    await lost(bench, '192.0.2.2', { monitorName: 'known-too', tls: checked });
    expect(zombies(bench)).toEqual(['known', 'known-too']);
  });

  test('one whose clients have left is worth no more than others', async () => {
    await using bench = await keeping({ most: 2 });
    const served = await attach(bench, '192.0.2.1', { monitorName: 'served' });
    const client = bench.client();
    await cut(bench, served);
    client.leave();
    await bench.log.waitFor('client.gone');
    for (const monitorName of ['a', 'b']) await lost(bench, '192.0.2.1', { monitorName });
    expect(zombies(bench)).toEqual(['a', 'b']);
  });

  test('one that comes back makes room', async () => {
    await using bench = await keeping({ most: 1 });
    const first = await lost(bench, '192.0.2.1', { monitorName: 'first' });
    expect(await bench.resume(first)).toBe(true);
    await lost(bench, '192.0.2.1', { monitorName: 'second' });
    expect(gone(bench)).toBe(0);
  });

  test('of an address the oldest of least worth is gone, and nobody of another one', async () => {
    await using bench = await keeping({ mostPerAddress: 2 });
    await lost(bench, '192.0.2.1', { monitorName: 'known', tls: checked });
    await lost(bench, '2001:db8:0:1::1', { monitorName: 'six' });
    for (const monitorName of ['a', 'b']) await lost(bench, '::ffff:192.0.2.1', { monitorName });
    for (const monitorName of ['c', 'd']) await lost(bench, '2001:db8:0:1::2', { monitorName });
    expect(zombies(bench)).toEqual(['known', 'b', 'c', 'd']);
    expect(bench.log.of('zombie.full')).toEqual([]);
  });

  test('a reload changes how many', async () => {
    await using bench = await keeping({ most: 3 });
    for (const monitorName of ['a', 'b', 'c']) await lost(bench, '192.0.2.1', { monitorName });
    await bench.controller.reload([[zombie, { time: 60, most: 2 }]]);
    expect(zombies(bench)).toEqual(['a', 'b', 'c']);
    await lost(bench, '192.0.2.1', { monitorName: 'd' });
    expect(zombies(bench)).toEqual(['c', 'd']);
  });

  test('none may be kept: whoever disconnects is gone at once', async () => {
    await using bench = await keeping({ most: 0 });
    await lost(bench, '192.0.2.1');
    expect([zombies(bench), gone(bench)]).toEqual([[], 1]);
    expect(bench.log.of('zombie.full')).toHaveLength(1);
  });

  test('one that is connected is none, whoever leaves it', async () => {
    await using bench = await keeping({ most: 1 });
    await attach(bench, '192.0.2.1', { monitorName: 'connected' });
    bench.client().leave();
    await bench.log.waitFor('client.gone');
    await lost(bench, '192.0.2.1', { monitorName: 'lost' });
    expect([zombies(bench), gone(bench)]).toEqual([['lost'], 0]);
  });
});

/** `STRANGERS=10000` for the real number; by default fewer, and a bound to match. */
const STRANGERS = Number(process.env['STRANGERS'] ?? 300);

test('strangers who come and go take nobody’s session, and nobody’s clients', { timeout: 60_000 }, async () => {
  const limits = { addressRate: 0 }; // the clock stands still
  await using bench = await startBench([[zombie, { most: STRANGERS, mostPerAddress: STRANGERS }]], { limits });
  const real = await attach(bench, '203.0.113.1', { monitorName: 'real' });
  const client = bench.client();
  const quiet = await attach(bench, '203.0.113.2', { monitorName: 'quiet' });
  const strangers = async (count: number): Promise<void> => {
    for (let each = 0; each < count; each += 100) {
      const those = await Promise.all(Array.from({ length: Math.min(100, count) }, () => attach(bench, '192.0.2.1')));
      for (const one of those) one.cut();
      await Promise.all(those.map(({ closed }) => closed));
    }
  };
  await strangers(STRANGERS);
  await expect.poll(() => zombies(bench).length).toBe(STRANGERS);
  await cut(bench, real);
  await cut(bench, quiet);
  await strangers(100);
  await expect.poll(() => bench.controller.instances.length).toBe(STRANGERS);
  expect(zombies(bench)).toEqual(expect.arrayContaining(['real', 'quiet']));
  expect(client.ended).toBe(false);
  for (const scamper of [real, quiet]) expect(await bench.resume(scamper)).toBe(true);
});

test('10,000 strangers of one address, and others of as many: whoever is not of theirs is not the one who goes', () => {
  const kept = new Kept(defaultLimits);
  const bounds = { most: 10_000, mostPerAddress: 10_000 };
  const known = (address: string): InstanceView =>
    ({ peer: ipPeer(address, 1), tls: undefined, channels: () => [] }) as Partial<InstanceView> as InstanceView;
  const evicted = (instance: InstanceView): InstanceView | undefined => {
    kept.add(instance);
    return kept.evict(instance, bounds);
  };
  const first = known('192.0.2.1');
  expect(evicted(first)).toBeUndefined();
  for (let each = 1; each < 10_000; each++) expect(evicted(known('192.0.2.1'))).toBeUndefined();
  const real = known('203.0.113.1');
  expect(evicted(real)).toBe(first);
  const addresses = new Set<string>();
  for (let each = 0; each < 2_000; each++) {
    const { peer } = evicted(known(`198.51.${each >> 8}.${each & 255}`)) ?? {};
    if (peer?.kind === 'ip') addresses.add(peer.address);
  }
  expect([...addresses]).toEqual(['192.0.2.1']);
  expect(kept.size).toBe(10_000);
});
