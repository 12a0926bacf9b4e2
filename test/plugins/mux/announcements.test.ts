import { expect, test } from 'vitest';
import { type Metadata, type VpMetadata, definePlugin, metadata } from '../../../plugin-sdk/index.js';
import { silent } from '../../../testing/index.js';
import zombie from '../../../plugins/zombie/index.js';
import { startMux } from './support/mux-bench.js';

const four = { kind: 'ip', address: '198.51.100.55', port: 1025 } as const;
const six = { kind: 'ip', address: '2001:db8::1', port: 1026 } as const;

/** Says of VPs what a test wants to have said. */
function knowing(facts: Map<string, Partial<VpMetadata>>) {
  let told = (): void => undefined;
  const known: Metadata = {
    of: (name = '') => {
      const fact = facts.get(name);
      return fact === undefined ? undefined : { tags: [], other: {}, ...fact };
    },
    names: () => facts.keys(),
  };
  const plugin = definePlugin({
    name: 'facts',
    schema: { type: 'object', additionalProperties: false },
    setup(controller) {
      controller.provide(metadata, known);
      told = () => controller.notify(metadata);
    },
  });
  return { plugin, changed: () => told() };
}

test('each VP is announced with what is known of it, in the order of C, then GO [MUX-1, MUX-3]', async () => {
  const facts = new Map<string, Partial<VpMetadata>>([
    [
      'ams-nl',
      {
        asn4: 1103,
        asn6: 1104,
        cc: 'NL',
        st: 'NH',
        place: 'Zürich-West, Amsterdam',
        latlong: { latitude: 52.37, longitude: 4.9, text: '52.37,4.90' },
        shortname: 'ams',
        iata: 'AMS',
        tags: ['wifi', 'home'],
      },
    ],
  ]);
  await using bench = await startMux({}, [knowing(facts).plugin]);
  await bench.clock.advance(1_500);
  await bench.attach({ monitorName: 'ams-nl', peer: six });
  await bench.attach({ peer: four });
  const client = await bench.ready();
  expect(client.violation).toBeUndefined();
  expect(client.told.map(({ type }) => type)).toEqual(['update', 'update', 'go', 'go']);
  const [first, second] = [...client.vps.values()];
  expect(first?.order).toEqual([1, 2, 12, 4, 13, 8, 5, 6, 7, 9, 11, 10, 10]);
  expect(Object.fromEntries(first?.attributes ?? [])).toEqual({
    1: ['ams-nl'],
    2: ['1767225601.500000'],
    12: ['2001:db8::1'],
    4: ['1103'],
    13: ['1104'],
    8: ['52.37,4.90'],
    5: ['NL'],
    6: ['NH'],
    7: ['Zürich-West, Amsterdam'],
    9: ['ams'],
    11: ['AMS'],
    10: ['wifi', 'home'],
  });
  expect(Object.fromEntries(second?.attributes ?? [])).toEqual({
    1: ['198.51.100.55:1025'],
    2: ['1767225601.500000'],
    3: ['198.51.100.55'],
  });
});

test('an instance is announced once, when it is attached, and only then', async () => {
  await using bench = await startMux();
  const client = await bench.ready();
  const stray = bench.dial(); // says nothing
  await bench.attach({ monitorName: 'a' });
  await client.until(() => client.vps.size === 1, 'a');
  stray.cut();
  await bench.attach({ monitorName: 'b' });
  await client.until(() => client.vps.size === 2, 'b');
  expect(client.told.map(({ type }) => type)).toEqual(['go', 'go', 'update', 'update']);
  expect([...client.vps.values()].map(({ attributes }) => attributes.get(1))).toEqual([['a'], ['b']]);
});

test('two instances may have one name [MUX-5]', async () => {
  await using bench = await startMux();
  await bench.attach({ monitorName: 'twin' });
  await bench.attach({ monitorName: 'twin' });
  const client = await bench.ready();
  expect([...client.vps.values()].map(({ attributes }) => attributes.get(1))).toEqual([['twin'], ['twin']]);
});

test('what was said is changed by VP_DEPART and VP_UPDATE, and channels live on [MUX-6]', async () => {
  const facts = new Map<string, Partial<VpMetadata>>();
  const { plugin, changed } = knowing(facts);
  await using bench = await startMux({}, [plugin]);
  await bench.attach({ monitorName: 'a' });
  await bench.attach({ monitorName: 'b' });
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  client.told.length = 0;
  facts.set('a', { cc: 'NL' });
  changed();
  await client.until(() => client.told.length === 2, 'DEPART and UPDATE');
  expect(client.told.map(({ type }) => type)).toEqual(['depart', 'update']);
  expect(client.vps.get(1)?.attributes.get(5)).toEqual(['NL']);
  client.send(1, 'ping 192.0.2.1\n');
  await client.untilText(1, 'OK id-1\n');
  changed(); // nothing has
  await bench.attach({ monitorName: 'c' });
  await client.until(() => client.vps.has(3), 'c');
  expect(client.told.map(({ type }) => type)).toEqual(['depart', 'update', 'update']);
});

test('what is longer than a client takes before GO is announced behind it [MUX-2]', async () => {
  const facts = new Map([
    ['big', { place: 'x'.repeat(70_000), tags: Array.from({ length: 500 }, (_, n) => `tag-${n}`) }],
  ]);
  await using bench = await startMux({}, [knowing(facts).plugin]);
  await bench.attach({ monitorName: 'big' });
  await bench.attach({ monitorName: 'small' });
  const client = await bench.ready();
  expect(client.told.map(({ type }) => type)).toEqual(['update', 'go', 'update', 'go']);
  expect(client.vps.get(1)?.attributes.get(7)?.[0]).toHaveLength(70_000);
  expect(client.vps.get(1)?.attributes.get(10)).toHaveLength(500);
});

test('while it is a zombie an instance is away, and comes back as it was', async () => {
  await using bench = await startMux({}, [[zombie, { time: 60 }]]);
  const scamper = await bench.attach({ monitorName: 'a' });
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  scamper.cut();
  await client.until(() => client.told.some(({ type }) => type === 'away'), 'VP_AWAY');
  const late = await bench.ready(); // connects meanwhile
  expect(late.told.map(({ type }) => type)).toEqual(['go', 'away', 'go']);
  late.open(1, 1);
  expect(await late.untilClosed(1)).toMatch(/^SCR_INSTANCE_AWAY: /);
  client.send(1, 'ping 192.0.2.1\n'); // kept until it is back
  await bench.resume(scamper);
  await client.untilText(1, 'OK id-1\n');
  await late.until(() => late.vps.has(1), 'VP_UPDATE');
  expect(client.told.map(({ type }) => type)).toEqual(['update', 'go', 'go', 'away', 'back']);
  late.open(1, 2);
  await late.untilText(2, 'MORE\n');
  expect([client.violation, late.violation]).toEqual([undefined, undefined]);
});

test('one that comes back from another address is announced anew, with its number and arrival [MUX-5]', async () => {
  await using bench = await startMux({}, [[zombie, { time: 60 }]]);
  const scamper = await bench.attach({ monitorName: 'a', peer: four });
  const client = await bench.ready();
  const arrival = client.vps.get(1)?.attributes.get(2);
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  scamper.cut();
  await client.until(() => client.told.some(({ type }) => type === 'away'), 'VP_AWAY');
  await bench.clock.advance(5_000);
  await bench.resume(scamper, { peer: six });
  await client.until(() => client.vps.get(1)?.attributes.has(12) === true, 'the other address');
  expect(client.told.map(({ type }) => type)).toEqual(['update', 'go', 'go', 'away', 'depart', 'update']);
  expect(client.vps.get(1)?.attributes.get(2)).toEqual(arrival);
  client.send(1, 'ping 192.0.2.1\n');
  await client.untilText(1, 'OK id-1\n');
});

test('one that is gone for good: its data, CHANNEL_CLOSE with a reason, VP_DEPART [MUX-10]', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach({ script: silent });
  const client = await bench.ready();
  client.open(1, 1);
  client.open(1, 2);
  await scamper.waitFor('open');
  await scamper.waitFor('open');
  scamper.send(1, 'last words');
  scamper.cut();
  await client.until(() => client.told.some(({ type }) => type === 'depart'), 'VP_DEPART');
  expect(client.text(1)).toBe('last words');
  expect(client.told.map(({ type }) => type).at(-1)).toBe('depart');
  expect(client.closing(1)?.reason).toMatch(/^SCR_INSTANCE_ENDED: /);
  expect(client.closing(2)?.reason).toMatch(/^SCR_INSTANCE_ENDED: /);
  expect(client.violation).toBeUndefined();
});

test('an instance of a transport without IP addresses can be opened too', async () => {
  await using bench = await startMux();
  await bench.attach({ monitorName: 'a', peer: { kind: 'label', label: 'local.1' } });
  const client = await bench.ready();
  expect(client.vps.get(1)?.attributes.get(3)).toEqual(['0.0.0.0']);
});
