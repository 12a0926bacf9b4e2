import { expect, test } from 'vitest';
import { type SimScamper, type TestBench, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { keeping, noting, plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

async function zombie(bench: TestBench): Promise<SimScamper> {
  const scamper = await bench.attach({ monitorName: 'foo' });
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  return scamper;
}

test('a scamper that starts afresh with the magic of a zombie takes its place', async () => {
  const notes: string[] = [];
  await using bench = await startBench([keeping(900), noting(notes)]);
  const scamper = await bench.attach({ monitorName: 'foo' });
  const client = bench.client();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const before = bench.instance();

  await bench.attach({ magic: scamper.magic, monitorName: 'bar' });
  await client.end;
  expect(before.state).toBe('gone');
  expect(bench.controller.instances).toHaveLength(1);
  expect(bench.instance()).toMatchObject({ id: 2, monitorName: 'bar', state: 'connected' });
  const { fields, message } = await bench.log.waitFor('instance.gone');
  expect(fields).toMatchObject({ id: 1, code: 'SCR_INSTANCE_AFRESH' });
  expect(message).toContain('the instance has begun a new session with the same magic');
  await expect.poll(() => notes).toContain('expire foo-192.0.2.1:1025 SCR_INSTANCE_AFRESH');

  const next = bench.client();
  next.send('ping\n');
  await next.until('OK id-1');
});

test('one that is denied leaves the zombie as it was', async () => {
  const strict = plugin('strict', ({ hooks }) =>
    hooks.authenticate.tap(({ monitorName }) => (monitorName === 'foo' ? undefined : { deny: 'not foo' })),
  );
  await using bench = await startBench([keeping(900), strict]);
  const scamper = await zombie(bench);
  await expect(bench.attach({ magic: scamper.magic, monitorName: 'bar' })).rejects.toThrow('SCR_DENIED');
  expect(bench.instance().state).toBe('zombie');
  expect(await bench.resume(scamper)).toBe(true);
});

test('one whose zombie came back while it was being authenticated is refused', async () => {
  const asked = gate();
  const answer = gate();
  const slow = plugin('slow', ({ hooks }) =>
    hooks.authenticate.tap(({ monitorName }) => {
      if (monitorName !== 'bar') return undefined;
      asked.open();
      return answer.promise;
    }),
  );
  await using bench = await startBench([keeping(900), slow]);
  const scamper = await zombie(bench);
  const afresh = bench.dial({ magic: scamper.magic, monitorName: 'bar' });
  afresh.hello();
  await asked.promise;
  expect(await bench.resume(scamper)).toBe(true);
  answer.open();
  expect((await refused(bench, afresh)).fields).toMatchObject({ code: 'SCR_MAGIC_TAKEN', step: 'attach' });
  expect(bench.controller.instances).toHaveLength(1);
  expect(bench.instance()).toMatchObject({ id: 1, state: 'connected' });
});

test('of two that start afresh at once one takes the place', async () => {
  const asked = gate();
  const answers = [gate(), gate()];
  const waiting = [...answers];
  const slow = plugin('slow', ({ hooks }) =>
    hooks.authenticate.tap(({ monitorName }) => {
      if (monitorName !== 'bar') return undefined;
      const next = waiting.shift();
      if (waiting.length === 0) asked.open();
      return next?.promise;
    }),
  );
  await using bench = await startBench([keeping(900), slow]);
  const { magic } = await zombie(bench);
  const [first, second] = [bench.dial({ magic, monitorName: 'bar' }), bench.dial({ magic, monitorName: 'bar' })];
  first.hello();
  second.hello();
  await asked.promise;
  for (const answer of answers) answer.open();
  await first.waitFor('id');
  expect((await refused(bench, second)).fields).toMatchObject({ code: 'SCR_MAGIC_TAKEN', step: 'attach' });
  expect(bench.controller.instances).toHaveLength(1);
});
