import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import zombie from '../../../../plugins/zombie/index.js';

test('each instance is logged, with its name', async (t) => {
  const bench = await startBench();
  t.onTestFinished(() => bench.stop());
  await Promise.all([bench.attach({ monitorName: 'ams-nl' }), bench.attach({ monitorName: 'san-us' })]);
  const { level, fields } = await bench.log.waitFor('instance.attached', { monitorName: 'san-us' });
  assert.equal(level, 'info');
  assert.equal(fields['instance'], 'san-us-192.0.2.1:1026');
  assert.equal(bench.log.of('instance.attached').length, 2);
});

test('the second loss is told from the first', async (t) => {
  const bench = await startBench([zombie]);
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.resume(scamper);
  scamper.cut();
  await bench.clock.advance(0); // lets what was begun settle
  assert.equal(bench.log.of('instance.zombie').length, 2);
});
