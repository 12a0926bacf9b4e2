import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { silent } from '../../../testing/index.js';
import zombie from '../../../plugins/zombie/index.js';
import { startMux } from './support/mux-bench.js';
import { eventually } from './support/eventually.js';
import { frame, openFrame, u16, u32 } from './support/strict-mux.js';

const MEGABYTE = 1_048_576;
const limits = { clientBuffer: 65_536, instanceBuffer: 65_536 };

test('a client that does not read is held up, then cut off with a reason; others go on', async () => {
  await using bench = await startMux({}, [], { limits });
  const flooder = await bench.attach({ script: silent, monitorName: 'flooder' });
  await bench.attach({ monitorName: 'calm' });
  const deaf = await bench.ready();
  const other = await bench.ready();
  deaf.open(1, 1);
  await flooder.waitFor('open');
  deaf.stream.pause();
  for (let sent = 0; sent < 4 * MEGABYTE; sent += 8_000) flooder.send(1, Buffer.alloc(8_000));
  await eventually(() => bench.instance(0).figures().isPaused, 'the instance to wait');
  expect(bench.instance(0).channels()[0]?.figures().bytesFromInstance).toBeLessThan(2 * MEGABYTE);
  other.open(2, 1);
  await other.untilText(1, 'MORE\n');
  for (let second = 0; second < 16; second++) await bench.clock.advance(1_000);
  expect(bench.log.of('mux.dropped')[0]?.fields).toMatchObject({ code: 'SCR_MUX_STALLED' });
  expect(bench.instance(0).channels()).toHaveLength(0);
  other.send(1, 'ping 192.0.2.1\n');
  await other.untilText(1, 'OK id-1\n');
});

test('a client that reads nothing keeps a stop from its end for less than four seconds', async () => {
  const bench = await startMux({}, [], { limits });
  const scamper = await bench.attach({ script: silent });
  const deaf = await bench.ready();
  deaf.open(1, 1);
  await scamper.waitFor('open');
  deaf.stream.pause();
  for (let sent = 0; sent < 2 * MEGABYTE; sent += 8_000) scamper.send(1, Buffer.alloc(8_000));
  await eventually(() => bench.instance().figures().isPaused, 'the instance to wait');
  const begin = bench.clock.now();
  await bench.stop();
  expect(bench.clock.now() - begin).toBeLessThan(4_000);
});

test('a client that reads late loses nothing', async () => {
  await using bench = await startMux({}, [], { limits });
  const scampers = [await bench.attach({ script: silent }), await bench.attach({ script: silent })];
  const client = await bench.ready();
  for (const [index, scamper] of scampers.entries()) {
    client.open(index + 1, index + 1);
    await scamper.waitFor('open');
  }
  client.stream.pause();
  for (let sent = 0; sent < 2 * MEGABYTE; sent += 8_192)
    for (const scamper of scampers) scamper.send(1, Buffer.alloc(8_192, 120));
  await eventually(() => bench.instance(0).figures().isPaused, 'an instance to wait');
  client.stream.resume();
  await client.until(() => client.text(1).length + client.text(2).length === 4 * MEGABYTE, 'all of it');
  expect(client.violation).toBeUndefined();
});

test('an instance that takes nothing holds up its own channels, and ends one that is sent too much', async () => {
  await using bench = await startMux({}, [[zombie, { time: 600 }]], { limits });
  const gone = await bench.attach({ monitorName: 'gone' });
  await bench.attach({ monitorName: 'well' });
  const client = await bench.ready();
  client.open(1, 1);
  client.open(2, 2);
  client.open(1, 3);
  await client.untilText(1, 'MORE\n');
  gone.cut();
  await client.until(() => client.told.some(({ type }) => type === 'away'), 'VP_AWAY');
  const command = `ping ${'1'.repeat(990)}\n`;
  for (let sent = 0; sent < MEGABYTE; sent += command.length) client.send(1, command);
  expect(await client.untilClosed(1)).toContain('SCR_MUX_CHANNEL_FULL');
  client.send(2, 'ping 192.0.2.1\n');
  await client.untilText(2, 'OK id-1\n');
  expect(client.closing(3)).toBeUndefined();
  expect(bench.instance(0).figures().held).toBeLessThan(4 * 65_536);
});

test('what was kept for an instance goes out in order when it takes it, the end of the client behind it', async () => {
  await using bench = await startMux({}, [[zombie, { time: 600 }]], { limits: { ...limits, clientBuffer: MEGABYTE } });
  const scamper = await bench.attach({ script: silent });
  const client = await bench.ready();
  client.open(1, 1);
  await scamper.waitFor('open');
  scamper.cut();
  await client.until(() => client.told.some(({ type }) => type === 'away'), 'VP_AWAY');
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${'x'.repeat(1_000)}\n`);
  for (const line of lines) client.send(1, line);
  client.stream.end();
  await eventually(() => bench.instance().figures().clientsArePaused, 'the instance to have enough');
  await bench.resume(scamper);
  await scamper.waitFor('fin');
  const came = scamper.received.filter((one) => one.type === 'data').map(({ bytes }) => bytes.toString());
  expect(came.join('') === lines.join('')).toBe(true);
  expect(scamper.violation).toBeUndefined();
});

test('what many channels keep for instances that take nothing is bounded together', async () => {
  await using bench = await startMux({}, [[zombie, { time: 600 }]], { limits });
  const gone = await bench.attach({ monitorName: 'gone' });
  const client = await bench.ready();
  for (let channel = 1; channel <= 100; channel++) client.open(1, channel);
  await client.untilText(100, 'MORE\n');
  gone.cut();
  await client.until(() => client.told.some(({ type }) => type === 'away'), 'VP_AWAY');
  client.send(1, 'x'.repeat(130_000)); // now it has enough
  for (let channel = 2; channel <= 100; channel++) client.send(channel, 'x'.repeat(60_000));
  expect(await client.untilClosed(100)).toContain('SCR_MUX_CHANNEL_FULL');
  expect(client.closing(60)).toBeUndefined();
  client.close(60);
  client.send(59, 'x'.repeat(5_000));
  client.send(58, 'x'.repeat(70_000));
  await client.untilClosed(58);
  expect(client.closing(59)).toBeUndefined();
});

test('who asks and does not read the answers is not read either; nothing of it is lost', async () => {
  await using bench = await startMux({}, [], { limits });
  const client = await bench.ready();
  client.stream.pause();
  let asked = 0;
  let isRead = true;
  while (isRead && asked < 60_000) {
    const opens = Array.from({ length: 1_000 }, () => openFrame(99, ++asked));
    const taken = new Promise<boolean>((resolve) => client.stream.write(Buffer.concat(opens), () => resolve(true)));
    isRead = await Promise.race([taken, wait(1_000, false)]);
  }
  expect(isRead).toBe(false);
  client.stream.resume();
  await client.until(() => client.told.filter(({ type }) => type === 'close').length === asked, 'all answers');
});

test('announcements for a client that does not read take no memory each', async () => {
  await using bench = await startMux({}, [], { limits });
  const flooder = await bench.attach({ script: silent });
  const client = await bench.ready();
  client.open(1, 1);
  await flooder.waitFor('open');
  client.stream.pause();
  for (let sent = 0; sent < 2 * MEGABYTE; sent += 8_000) flooder.send(1, Buffer.alloc(8_000));
  await eventually(() => bench.instance(0).figures().isPaused, 'the instance to wait');
  for (let index = 0; index < 50; index++) {
    const passing = await bench.attach({ monitorName: `passing-${index}` });
    passing.cut();
  }
  await bench.attach({ monitorName: 'last' });
  await eventually(() => bench.controller.instances.length === 2, 'those that pass to be gone');
  client.told.length = 0;
  client.stream.resume();
  await client.until(() => client.vps.size === 2, 'the last one');
  expect(client.told.map(({ type }) => type)).toEqual(['update']); // of those that came and went it never heard
});

test('one that does not read costs those that share its instances little time, and itself the channels there', async () => {
  await using bench = await startMux({}, [], { limits });
  const shared = [await bench.attach({ script: silent }), await bench.attach({ script: silent })];
  const deaf = await bench.ready();
  const honest = await bench.ready();
  for (const [index, scamper] of shared.entries()) {
    deaf.open(index + 1, index + 1);
    await scamper.waitFor('open');
    honest.open(index + 1, index + 1);
    await scamper.waitFor('open');
  }
  deaf.stream.pause();
  for (let sent = 0; sent < 2 * MEGABYTE; sent += 8_000)
    for (const scamper of shared) scamper.send(1, Buffer.alloc(8_000));
  const isPaused = (index: number): boolean => bench.instance(index).figures().isPaused;
  await eventually(() => isPaused(0) && isPaused(1), 'both to wait');
  for (const scamper of shared) scamper.send(2, 'at last');
  await bench.clock.advance(2_000);
  await honest.until(() => [1, 2].every((channel) => honest.text(channel) === 'at last'), 'what was sent');
  const dropped = bench.log.of('client.dropped').map(({ fields }) => fields['code']);
  expect(dropped).toEqual(['SCR_CLIENT_TOO_SLOW', 'SCR_CLIENT_TOO_SLOW']);
  deaf.stream.resume();
  expect(await deaf.untilClosed(1)).toContain('SCR_CLIENT_TOO_SLOW');
  expect(await deaf.untilClosed(2)).toContain('SCR_CLIENT_TOO_SLOW');
  expect(/^\0+$/.test(deaf.text(1))).toBe(true);
});

test('what is kept for all clients is bounded together: one that keeps much for long is dropped, others are not', async () => {
  await using bench = await startMux({}, [[zombie, { time: 600 }]], { limits: { ...limits, backlogs: MEGABYTE } });
  const gone = await bench.attach({ monitorName: 'gone' });
  const [greedy, modest] = [await bench.ready(), await bench.ready()];
  for (let channel = 1; channel <= 40; channel++) greedy.open(1, channel);
  modest.open(1, 1);
  await greedy.untilText(40, 'MORE\n');
  await modest.untilText(1, 'MORE\n');
  gone.cut();
  await modest.until(() => modest.told.some(({ type }) => type === 'away'), 'VP_AWAY');
  modest.send(1, 'x'.repeat(130_000)); // now it has enough
  await eventually(() => bench.instance().figures().clientsArePaused, 'the instance to have enough');
  modest.send(1, 'x'.repeat(10_000));
  await bench.clock.advance(1_000);
  for (let channel = 1; channel <= 40; channel++) greedy.send(channel, 'x'.repeat(60_000));
  await bench.log.waitFor('mux.dropped', { code: 'SCR_MUX_BACKLOG' });
  await eventually(() => greedy.stream.destroyed, 'it to be dropped');
  expect(bench.log.of('mux.dropped')).toHaveLength(1);
  expect(modest.closing(1)).toBeUndefined();
});

test('what waits in the connection of a client that does not read counts as well', async () => {
  await using bench = await startMux({}, [], { limits: { ...limits, backlogs: MEGABYTE } });
  const scamper = await bench.attach({ script: silent });
  const deaf = await bench.ready();
  for (let channel = 1; channel <= 300; channel++) deaf.open(1, channel);
  for (let channel = 1; channel <= 300; channel++) await scamper.waitFor('open');
  deaf.stream.pause();
  for (let channel = 1; channel <= 300; channel++) scamper.send(channel, Buffer.alloc(8_000));
  await bench.log.waitFor('mux.dropped', { code: 'SCR_MUX_BACKLOG' });
  expect(bench.instance(0).channels()).toHaveLength(0);
});

test('clients that send anything harm neither the instance nor the other clients', async () => {
  await using bench = await startMux();
  const scamper = await bench.attach();
  const other = await bench.ready();
  other.open(1, 1);
  await other.untilText(1, 'MORE\n');
  const { generate } = hostile();
  for (let index = 0; index < 200; index++) {
    const client = bench.connect();
    client.raw(generate());
    client.raw(generate());
    if (index % 2 === 0) client.stream.destroy();
    else client.stream.end();
  }
  other.send(1, 'ping 192.0.2.1\n');
  await other.untilText(1, 'OK id-1\n');
  await eventually(() => bench.instance().channels().length === 1, 'the hostile ones to be gone');
  expect(scamper.violation).toBeUndefined();
  expect(bench.log.of('uncaught')).toHaveLength(0);
});

/** Frames of every kind, whole, cut, and with lengths that lie. The same each time. */
function hostile() {
  let state = 12_345;
  const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const octets = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => random(256)));
  const kinds = [
    () => octets(random(60)),
    () => frame(0, u16(random(6)), octets(random(12))),
    () => openFrame(random(3), random(4)),
    () => frame(random(4), octets(random(40))),
    () => Buffer.concat([u32(random(3)), u32(2 ** 31 + random(1000)), octets(random(40))]),
    () => openFrame(1, 1 + random(3)).subarray(0, random(18)),
  ];
  return {
    generate: () => Buffer.concat(Array.from({ length: random(8) }, () => kinds[random(kinds.length)]?.() ?? u32(0))),
  };
}
