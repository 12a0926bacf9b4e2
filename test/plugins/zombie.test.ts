import { expect, test } from 'vitest';
import { createController } from '../../index.js';
import { definePlugin } from '../../plugin-sdk/index.js';
import { settle, startBench } from '../../testing/index.js';
import zombie from '../../plugins/zombie/index.js';

test.each([
  { time: undefined, seconds: 900 },
  { time: 1, seconds: 1 },
  { time: 10_800, seconds: 10_800 },
  { time: '90', seconds: 90 },
  { time: '90s', seconds: 90 },
  { time: '15m', seconds: 900 },
  { time: '180m', seconds: 10_800 },
  { time: '3h', seconds: 10_800 },
  { time: '10800s', seconds: 10_800 },
])('time $time keeps an instance for $seconds s, and no longer', async ({ time, seconds }) => {
  await using bench = await startBench([time === undefined ? zombie : [zombie, { time }]]);
  const scamper = await bench.attach();
  const client = bench.client();
  scamper.cut();
  const { fields, message } = await bench.log.waitFor('instance.zombie');
  expect(fields['seconds']).toBe(seconds);
  expect(message).toBe(`192.0.2.1:1025 is kept for ${seconds} s`);
  await bench.clock.advance(seconds * 1000 - 1000);
  expect(bench.controller.instances.map(({ state }) => state)).toEqual(['zombie']);
  expect(client.ended).toBe(false);
  await bench.clock.advance(2000);
  expect(bench.controller.instances).toEqual([]);
  await client.end;
  expect(client.ended).toBe(true);
  expect(await bench.resume(scamper)).toBe(false);
});

test.each([0, '0', '0s', '0m', '0h'])('time %j keeps nothing', async (time) => {
  await using bench = await startBench([[zombie, { time, most: 0 }]]);
  const scamper = await bench.attach();
  const client = bench.client();
  scamper.cut();
  await client.end;
  expect(client.ended).toBe(true);
  await settle();
  expect(bench.controller.instances).toEqual([]);
  expect(bench.log.of('instance.zombie')).toEqual([]);
  expect(bench.log.of('zombie.full')).toEqual([]);
});

test('without the plugin nothing is kept', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach();
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  expect(bench.controller.instances).toEqual([]);
});

test.each([10_801, 1_000_000, -1, 1.5, '', 'm', '15 m', '15M', '15min', '1d', '-1', '1.5h', '100000', true])(
  'time %j is not a value',
  async (time) => {
    await expect(createController({ plugins: [['zombie', { time }]] })).rejects.toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      problems: expect.arrayContaining([expect.stringMatching(/^plugins: plugin zombie: time: /)]) as unknown,
    });
  },
);

test.each(['10801', '10801s', '181m', '4h', '99999h'])('time %j is above three hours', async (time) => {
  await expect(createController({ plugins: [['zombie', { time }]] })).rejects.toMatchObject({
    code: 'SCR_ZOMBIE_TIME',
    message: `time ${time}: this is longer than an instance may be kept`,
    remedy: 'give at most 3h, 180m or 10800 seconds',
  });
});

test('the time runs anew after each disconnect, and not while the instance is connected', async () => {
  await using bench = await startBench([[zombie, { time: 60 }]]);
  const scamper = await bench.attach();
  for (let round = 0; round < 3; round++) {
    scamper.cut();
    await bench.log.waitFor('instance.zombie', { instance: bench.instance().name });
    await bench.clock.advance(50_000);
    expect(await bench.resume(scamper)).toBe(true);
  }
  for (let second = 0; second < 100; second += 20) {
    await bench.clock.advance(20_000);
    scamper.keepalive();
  }
  expect(bench.instance().state).toBe('connected');
});

test('the longest time that any plugin asks for holds', async () => {
  const patient = definePlugin({
    name: 'patient',
    schema: { type: 'object' },
    setup: (controller) =>
      controller.hooks.disconnect.tap((instance) =>
        instance.monitorName === 'vip' ? { keepFor: 7_200_000 } : undefined,
      ),
  });
  await using bench = await startBench([patient, [zombie, { time: '15m' }]]);
  const vip = await bench.attach({ monitorName: 'vip' });
  const other = await bench.attach({ monitorName: 'other' });
  vip.cut();
  other.cut();
  const kept = [
    await bench.log.waitFor('instance.zombie', { monitorName: 'vip' }),
    await bench.log.waitFor('instance.zombie', { monitorName: 'other' }),
  ];
  expect(kept.map(({ fields }) => fields['seconds'])).toEqual([7200, 900]);
});

test('a reload changes how long the next are kept', async () => {
  await using bench = await startBench([[zombie, { time: 60 }]]);
  await bench.controller.reload([[zombie, { time: '2h' }]]);
  const scamper = await bench.attach();
  scamper.cut();
  expect((await bench.log.waitFor('instance.zombie')).fields['seconds']).toBe(7200);
  expect(bench.log.of('reload.partial').filter(({ fields }) => fields['option'] === 'state')).toEqual([]);
});

test('a reload with a time above three hours is told and keeps the old one', async () => {
  await using bench = await startBench([[zombie, { time: 60 }]]);
  await bench.controller.reload([[zombie, { time: '4h' }]]);
  const { level, message, fields } = await bench.log.waitFor('reload.failed');
  expect(level).toBe('error');
  expect(`${message} ${String(fields['cause'])}`).toContain('time 4h: this is longer than an instance may be kept');
  const scamper = await bench.attach();
  scamper.cut();
  expect((await bench.log.waitFor('instance.zombie')).fields['seconds']).toBe(60);
});
