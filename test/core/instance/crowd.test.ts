import { describe, expect, test } from 'vitest';
import { type Limits, type TlsIdentity, ipPeer } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { holdingResumes, keeping, plugin } from '../support/plugins.js';

const checked: TlsIdentity = { authorized: true, names: ['vp'], fingerprint256: 'AB', protocol: 'TLSv1.3' };

let port = 1024;

function from(address: string): { peer: ReturnType<typeof ipPeer> } {
  return { peer: ipPeer(address, ++port) };
}

function bounded(limits: Partial<Limits>, keepFor = 600): Promise<TestBench> {
  return startBench([keeping(keepFor)], { limits });
}

async function zombieOf(bench: TestBench, scamper: SimScamper): Promise<void> {
  const { id } = bench.instance();
  scamper.cut();
  await bench.log.waitFor('instance.zombie', { id });
}

function states(bench: TestBench): string[] {
  return bench.controller.instances.map(({ name, state }) => `${name.split(':')[0] ?? ''} ${state}`);
}

describe.each([
  ['of an address, limits.addressInstances', { addressInstances: 2 }],
  ['in all, limits.instances', { instances: 2 }],
])('as many instances as allowed %s:', (_what, limits) => {
  test('one more new one is refused before it is authenticated; one that comes back is not', async () => {
    const asked: string[] = [];
    const door = plugin('door', ({ hooks }) => hooks.authenticate.tap(({ kind }) => void asked.push(kind)));
    await using bench = await startBench([keeping(600), door], { limits });
    const first = await bench.attach(from('192.0.2.1'));
    await bench.attach(from('192.0.2.1'));
    await expect(bench.attach(from('192.0.2.1'))).rejects.toThrow('SCR_INSTANCE_CROWD');
    const { fields } = await bench.log.waitFor('connection.refused');
    expect(fields).toMatchObject({ code: 'SCR_INSTANCE_CROWD', step: 'identify' });
    expect(asked).toEqual(['new', 'new']);
    expect(await bench.resume(first, from('192.0.2.1'))).toBe(true);
    expect(states(bench)).toEqual(['192.0.2.1 connected', '192.0.2.1 connected']);
  });

  test('the oldest zombie without clients and without a checked certificate makes place', async () => {
    await using bench = await bounded(limits);
    await zombieOf(bench, await bench.attach(from('192.0.2.1')));
    const second = await bench.attach(from('192.0.2.1'));
    await zombieOf(bench, second);
    await bench.attach(from('192.0.2.1'));
    expect(states(bench)).toEqual(['192.0.2.1 zombie', '192.0.2.1 connected']);
    const { fields } = await bench.log.waitFor('instance.gone');
    expect(fields).toMatchObject({ id: 1, code: 'SCR_INSTANCE_EVICTED' });
    expect(await bench.resume(second, from('192.0.2.1'))).toBe(true);
    await expect(bench.attach(from('192.0.2.1'))).rejects.toThrow('SCR_INSTANCE_CROWD');
  });

  test('one with clients, or a checked certificate, does not; it does when its last client has left', async () => {
    await using bench = await bounded(limits);
    const served = await bench.attach(from('192.0.2.1'));
    const clients = [bench.client(), bench.client()];
    await zombieOf(bench, served);
    await zombieOf(bench, await bench.attach({ ...from('192.0.2.1'), tls: checked }));
    await expect(bench.attach(from('192.0.2.1'))).rejects.toThrow('SCR_INSTANCE_CROWD');
    clients[0]?.leave();
    await expect.poll(() => bench.log.of('client.gone')).toHaveLength(1);
    await expect(bench.attach(from('192.0.2.1'))).rejects.toThrow('SCR_INSTANCE_CROWD');
    clients[1]?.leave();
    await expect.poll(() => bench.log.of('client.gone')).toHaveLength(2);
    await bench.attach(from('192.0.2.1'));
    expect((await bench.log.waitFor('instance.gone')).fields).toMatchObject({ id: 1, code: 'SCR_INSTANCE_EVICTED' });
  });

  test('one that is kept without end does not', async () => {
    await using bench = await bounded(limits, Infinity);
    await zombieOf(bench, await bench.attach(from('192.0.2.1')));
    await zombieOf(bench, await bench.attach(from('192.0.2.1')));
    await expect(bench.attach(from('192.0.2.1'))).rejects.toThrow('SCR_INSTANCE_CROWD');
  });

  test('none does for who is denied', async () => {
    const door = plugin('door', ({ hooks }) =>
      hooks.authenticate.tap(({ monitorName }) => (monitorName === 'stranger' ? { deny: 'not you' } : undefined)),
    );
    await using bench = await startBench([keeping(600), door], { limits });
    await zombieOf(bench, await bench.attach(from('192.0.2.1')));
    await bench.attach(from('192.0.2.1'));
    await expect(bench.attach({ ...from('192.0.2.1'), monitorName: 'stranger' })).rejects.toThrow('SCR_DENIED');
    expect(states(bench)).toEqual(['192.0.2.1 zombie', '192.0.2.1 connected']);
  });

  test('one that is coming back does not; of two newcomers one gets the place', async () => {
    const asked = gate();
    const answer = gate();
    await using bench = await startBench([keeping(600), holdingResumes(asked, answer)], { limits });
    const back = await bench.attach(from('192.0.2.1'));
    await zombieOf(bench, back);
    await zombieOf(bench, await bench.attach(from('192.0.2.1')));
    const resumed = bench.resume(back, from('192.0.2.1'));
    await asked.promise;
    await bench.attach(from('192.0.2.1'));
    await expect(bench.attach(from('192.0.2.1'))).rejects.toThrow('SCR_INSTANCE_CROWD');
    answer.open();
    expect(await resumed).toBe(true);
  });
});

test('an instance counts where it came from last', async () => {
  await using bench = await bounded({ addressInstances: 1 });
  const moving = await bench.attach(from('192.0.2.1'));
  await bench.attach(from('192.0.2.2'));
  expect(await bench.resume(moving, from('192.0.2.2'))).toBe(true);
  await bench.attach(from('192.0.2.1'));
  await expect(bench.attach(from('192.0.2.2'))).rejects.toThrow('SCR_INSTANCE_CROWD');
});

test('in all, a zombie of the address with most of them makes place', async () => {
  await using bench = await bounded({ instances: 4 });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.3']) {
    await zombieOf(bench, await bench.attach(from(address)));
  }
  await bench.attach(from('192.0.2.9'));
  expect(states(bench)).toEqual(['192.0.2.1 zombie', '192.0.2.2 zombie', '192.0.2.3 zombie', '192.0.2.9 connected']);
});

test('instances that are gone, and those that came to nothing, leave their places', async () => {
  await using bench = await startBench([], { limits: { instances: 1, addressInstances: 1 } });
  for (let round = 0; round < 3; round++) {
    const scamper = await bench.attach(from('192.0.2.1'));
    const { id } = bench.instance();
    scamper.cut();
    await bench.log.waitFor('instance.gone', { id });
  }
});

test('a new session with the magic of a zombie takes its place, however many there are', async () => {
  await using bench = await bounded({ instances: 1 }, Infinity);
  const scamper = await bench.attach(from('192.0.2.1'));
  await zombieOf(bench, scamper);
  await bench.attach({ ...from('192.0.2.1'), magic: scamper.magic });
  expect(states(bench)).toEqual(['192.0.2.1 connected']);
});
