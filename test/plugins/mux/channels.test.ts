import { expect, test } from 'vitest';
import { definePlugin } from '../../../plugin-sdk/index.js';
import { type Script, silent } from '../../../testing/index.js';
import { startMux } from './support/mux-bench.js';
import { dataFrame, frame, openFrame, u16, u32 } from './support/strict-mux.js';
import { eventually } from './support/eventually.js';

test('commands and results of several instances pass through one connection', async () => {
  await using bench = await startMux();
  for (const monitorName of ['a', 'b', 'c']) await bench.attach({ monitorName });
  const client = await bench.ready();
  for (const [index, id] of [...client.vps.keys()].entries()) client.open(id, index + 1);
  for (const channel of [1, 2, 3]) {
    await client.untilText(channel, 'MORE\n');
    client.send(channel, `ping 192.0.2.${channel}\n`);
  }
  for (const channel of [1, 2, 3]) {
    await client.untilText(channel, 'OK id-1\n');
    client.send(channel, 'done\n');
    expect(await client.untilClosed(channel)).toBeUndefined(); // [MUX-9]: the ordinary end
  }
  expect(client.violation).toBeUndefined();
});

test('several channels may lead to one instance', async () => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  client.open(1, 7);
  client.open(1, 8);
  await client.untilText(7, 'MORE\n');
  await client.untilText(8, 'MORE\n');
  client.send(8, 'ping 192.0.2.8\n');
  await client.untilText(8, 'OK id-1\n');
  expect(client.text(7)).toBe('MORE\n');
});

test('frames may be cut anywhere [MUX-14]', async () => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  const conversation = (channel: number): Buffer =>
    Buffer.concat([
      frame(0, u16(99), Buffer.from('what it does not know')),
      openFrame(1, channel),
      frame(channel),
      dataFrame(channel, 'ping 192.0.2.1\n'),
      dataFrame(channel, 'done\n'),
    ]);
  const { length } = conversation(1);
  for (let cut = 1; cut < length; cut++) {
    const bytes = conversation(cut);
    client.channels.set(cut, { text: '', closed: false });
    client.raw(bytes.subarray(0, cut));
    await new Promise((resolve) => client.stream.write('', resolve)); // it has left
    await new Promise(setImmediate);
    client.raw(bytes.subarray(cut));
    await client.untilClosed(cut);
    expect(client.text(cut)).toMatch(/^MORE\nOK id-\d+\nDATA /);
  }
  expect(client.violation).toBeUndefined();
});

test('octet by octet it is the same', async () => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  client.channels.set(1, { text: '', closed: false });
  for (const octet of Buffer.concat([openFrame(1, 1), dataFrame(1, 'ping 192.0.2.1\n')])) {
    client.raw(Uint8Array.of(octet));
    await new Promise(setImmediate);
  }
  await client.untilText(1, 'OK id-1\n');
});

test('thousands of channels are opened in one write [MUX-14]', async () => {
  await using bench = await startMux({}, [], { limits: { channels: 4_000 } });
  await bench.attach();
  const client = await bench.ready();
  const numbers = Array.from({ length: 3_000 }, (_, index) => index + 1);
  for (const number of numbers) client.channels.set(number, { text: '', closed: false });
  client.raw(Buffer.concat(numbers.map((number) => openFrame(1, number))));
  await client.until(() => numbers.every((number) => client.text(number) === 'MORE\n'), 'MORE on each');
  expect(client.violation).toBeUndefined();
});

test('another client need not wait until they are all open', async () => {
  await using bench = await startMux({}, [], { limits: { channels: 4_000 } });
  await bench.attach();
  const [busy, other] = [await bench.ready(), await bench.ready()];
  other.open(1, 1);
  await other.untilText(1, 'MORE\n');
  const numbers = Array.from({ length: 3_000 }, (_, index) => index + 1);
  for (const number of numbers) busy.channels.set(number, { text: '', closed: false });
  let openWhenAnswered = 0;
  other.stream.once('data', () => (openWhenAnswered = numbers.filter((number) => busy.text(number) !== '').length));
  busy.raw(Buffer.concat(numbers.map((number) => openFrame(1, number))));
  other.send(1, 'ping 192.0.2.1\n');
  await other.untilText(1, 'OK id-1\n');
  expect(openWhenAnswered).toBeLessThan(2_000);
  await busy.until(() => numbers.every((number) => busy.text(number) === 'MORE\n'), 'MORE on each');
});

test.each([
  ['an unknown instance', openFrame(99, 5), 5, 'SCR_MUX_NO_INSTANCE'],
  ['instance 0', openFrame(0, 5), 5, 'SCR_MUX_NO_INSTANCE'],
  ['channel 0', openFrame(1, 0), 0, 'SCR_MUX_CHANNEL_ZERO'],
  ['a channel number in use', openFrame(1, 1), 1, 'SCR_MUX_CHANNEL_TAKEN'],
])('%s is answered with CHANNEL_CLOSE, and the connection lives [MUX-8]', async (_, bytes, channel, code) => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  client.raw(bytes);
  expect(await client.untilClosed(channel)).toContain(`${code}: `);
  client.open(1, 2);
  await client.untilText(2, 'MORE\n');
  expect(client.violation).toBeUndefined();
});

test('a number that was in use is free when that was told', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach();
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  client.raw(openFrame(1, 1));
  await client.untilClosed(1);
  await scamper.waitFor('fin');
  client.told.length = 0;
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
});

test('a plugin that denies a client is heard here too, with its reason', async () => {
  const choosy = definePlugin({
    name: 'choosy',
    schema: { type: 'object', additionalProperties: false },
    setup({ hooks }) {
      hooks.open.tap(({ instance }) => (instance.monitorName === 'mine' ? { deny: 'it is mine' } : undefined));
    },
  });
  await using bench = await startMux({}, [choosy]);
  await bench.attach({ monitorName: 'mine' });
  await bench.attach({ monitorName: 'yours' });
  const client = await bench.ready();
  client.open(1, 1);
  client.open(2, 2);
  expect(await client.untilClosed(1)).toContain('it is mine');
  await client.untilText(2, 'MORE\n');
  expect(bench.log.of('mux.refused')).toHaveLength(1);
});

test('after CHANNEL_CLOSE nothing of a channel reaches the instance [MUX-11, CHAN-6]', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach();
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  client.send(1, 'done\n');
  await client.untilClosed(1);
  for (let index = 0; index < 10; index++) client.send(1, 'ping 192.0.2.1\n');
  client.send(77, 'ping 192.0.2.1\n'); // never opened
  client.open(1, 2);
  await client.untilText(2, 'MORE\n');
  const lines = scamper.received.filter(({ type }) => type === 'data');
  expect(lines).toHaveLength(1);
  expect(scamper.violation).toBeUndefined();
});

test('CHANNEL_CLOSE of a client leaves one channel; the others go on', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach();
  const client = await bench.ready();
  client.open(1, 1);
  client.open(1, 2);
  await client.untilText(2, 'MORE\n');
  client.close(1);
  expect(await client.untilClosed(1)).toBeUndefined();
  await scamper.waitFor('fin');
  client.send(2, 'ping 192.0.2.1\n');
  await client.untilText(2, 'OK id-1\n');
  client.close(1); // once more, and one that never was
  client.close(55);
  client.send(2, 'done\n');
  await client.untilClosed(2);
  expect(client.violation).toBeUndefined();
});

test('a client that shuts down its writing side gets what is under way, then end of file', async () => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  client.send(1, 'ping 192.0.2.1\n');
  client.stream.end();
  await client.until(() => client.ended, 'end of file');
  expect(client.text(1)).toContain('OK id-1\n');
  expect(client.closing(1)).toBeDefined();
  await eventually(() => bench.log.of('mux.gone').length === 1, 'mux.gone');
});

test('a client that vanishes leaves nothing behind', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach();
  const client = await bench.ready();
  for (const channel of [1, 2, 3]) {
    client.open(1, channel);
    await client.untilText(channel, 'MORE\n');
  }
  client.stream.destroy();
  for (let index = 0; index < 3; index++) await scamper.waitFor('fin');
  expect(bench.instance().channels()).toHaveLength(0);
  await bench.attach(); // nobody is told
});

test('30,000 channels opened and closed leave nothing behind', async () => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  for (let round = 0; round < 60; round++) {
    const numbers = Array.from({ length: 500 }, (_, index) => round * 500 + index + 1);
    for (const number of numbers) client.channels.set(number, { text: '', closed: false });
    client.raw(Buffer.concat(numbers.flatMap((number) => [openFrame(1, number), dataFrame(number, 'done\n')])));
    await client.until(() => client.channels.get(numbers.at(-1) ?? 0)?.closed === true, 'the last one');
    for (const number of numbers) client.channels.delete(number);
    client.told.length = 0;
  }
  expect(client.violation).toBeUndefined();
  const { held } = bench.instance().figures();
  expect(bench.instance().channels()).toHaveLength(0);
  expect(held).toBeLessThan(10_000);
});

test.each([
  ['a message without a type', frame(0, Buffer.from([3]))],
  ['an empty message', frame(0)],
  ['CHANNEL_OPEN that is too short', frame(0, u16(3), u32(1))],
  ['CHANNEL_OPEN that is too long', frame(0, u16(3), u32(1), u32(1), u32(1))],
  ['CHANNEL_CLOSE that is too long', frame(0, u16(4), u32(1), u32(1))],
])('%s ends the connection, and nobody else notices', async (_, bytes) => {
  await using bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  const other = await bench.ready();
  other.open(1, 1);
  await other.untilText(1, 'MORE\n');
  client.raw(bytes);
  await client.until(() => client.ended, 'the end');
  expect(bench.log.of('mux.dropped')[0]?.fields).toMatchObject({ code: 'SCR_MUX_PROTOCOL' });
  other.send(1, 'ping 192.0.2.1\n');
  await other.untilText(1, 'OK id-1\n');
});

test('at stop each channel gets its end, and the socket is gone', async () => {
  const bench = await startMux();
  await bench.attach();
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  await bench.stop();
  await client.until(() => client.ended, 'the end');
  expect(client.closing(1)?.reason).toMatch(/^SCR_STOPPED: /);
});

test('a crowd of clients is refused', async () => {
  await using bench = await startMux({ clients: 2 });
  await bench.ready();
  await bench.ready();
  const third = bench.connect();
  await third.until(() => third.ended, 'the end');
  expect(bench.log.of('mux.dropped')[0]?.fields).toMatchObject({ code: 'SCR_MUX_CROWD' });
});

test('a client has as many channels as it may', async () => {
  await using bench = await startMux({ channels: 2 });
  await bench.attach();
  const client = await bench.ready();
  for (const channel of [1, 2, 3]) client.open(1, channel);
  expect(await client.untilClosed(3)).toContain('SCR_MUX_CHANNELS');
  client.close(1);
  await client.untilClosed(1);
  client.open(1, 4);
  await client.untilText(4, 'MORE\n');
});

/** Sends so many octets on each channel that is opened. */
function flooding(octets: number): Script {
  return { ...silent, open: (scamper, channel) => scamper.send(channel, Buffer.alloc(octets, 120)) };
}

test('what an instance sends before its end is all delivered, however much', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach({ script: flooding(8_000) });
  const client = await bench.ready();
  client.open(1, 1);
  await scamper.waitFor('open');
  for (let index = 0; index < 200; index++) scamper.send(1, Buffer.alloc(8_000, 121));
  scamper.finish(1);
  await client.untilClosed(1);
  expect(client.text(1)).toHaveLength(8_000 * 201);
  expect(client.violation).toBeUndefined();
});
