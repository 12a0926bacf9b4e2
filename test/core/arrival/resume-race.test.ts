import { expect, test } from 'vitest';
import { settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { holdingResumes, keeping, plugin } from '../support/plugins.js';

test('of two resumes at once the later one carries the session, the earlier is dropped', async () => {
  const gates = [gate(), gate()];
  const waiting = [...gates];
  const slow = plugin('slow', ({ hooks }) =>
    hooks.attach.tap((_instance, { resumed }) => (resumed ? waiting.shift()?.promise : undefined)),
  );
  await using bench = await startBench([keeping(900), slow]);
  const scamper = await bench.attach();
  const client = bench.client();
  await client.until('MORE');
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const given = bench.resume(scamper).catch(() => false); // scamper gave up on this one
  const first = scamper.stream;
  await settle();
  const second = bench.resume(scamper);
  await settle();
  gates.forEach((each) => each.open());
  expect(await second).toBe(true);
  await settle();
  expect(first.destroyed).toBe(true);
  await given;
  client.send('ping\n');
  await client.until('OK id-1');
  expect(scamper.violation).toBeUndefined();
  expect(bench.instance()).toMatchObject({ name: '192.0.2.1:1027', state: 'connected' });
  scamper.cut();
  await bench.log.waitFor('instance.disconnected', { instance: '192.0.2.1:1027' });
});

test('a resume whose connection ends while the instance is made reachable leaves it a zombie', async () => {
  const asked = gate();
  const answer = gate();
  await using bench = await startBench([keeping(900), holdingResumes(asked, answer)]);
  const scamper = await bench.attach();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const resumed = bench.resume(scamper).catch(() => 'cut');
  await asked.promise;
  scamper.cut();
  expect(await resumed).toBe('cut');
  answer.open();
  await bench.log.waitFor('instance.disconnected', { instance: '192.0.2.1:1026', code: 'SCR_INSTANCE_ENDED' });
  await expect.poll(() => bench.instance().figures().keptUntil).toBeDefined();
  expect(bench.instance().state).toBe('zombie');
  expect(await bench.resume(scamper)).toBe(true);
});
