import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../plugin-sdk/testing/index.js';

test('each instance is logged, with its name', async (t) => {
  const bench = await startBench();
  t.onTestFinished(() => bench.stop());
  await Promise.all([bench.attach({ monitorName: 'ams-nl' }), bench.attach({ monitorName: 'san-us' })]);
  const { level, fields } = await bench.log.waitFor('instance.attached', { monitorName: 'san-us' });
  assert.equal(level, 'info');
  assert.equal(fields['instance'], 'san-us-192.0.2.1:1026');
  assert.equal(bench.log.of('instance.attached').length, 2);
});
