import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import knownVps from './index.js';

test('a scamper on the list is attached', async (t) => {
  const bench = await startBench([[knownVps, { names: ['ams-nl'] }]]);
  t.onTestFinished(() => bench.stop());
  await bench.attach({ monitorName: 'ams-nl' });
  assert.equal(bench.instance().monitorName, 'ams-nl');
});

test('another one is denied, with the reason in the log', async (t) => {
  const bench = await startBench([[knownVps, { names: ['ams-nl'] }]]);
  t.onTestFinished(() => bench.stop());
  await assert.rejects(bench.attach({ monitorName: 'san-us' }));
  const { fields, message } = await bench.log.waitFor('connection.refused');
  assert.equal(fields['code'], 'SCR_DENIED');
  assert.match(message, /san-us is not on the list/);
  assert.equal(bench.controller.instances.length, 0);
});

test('a list that is not one keeps the controller from starting', async () => {
  await assert.rejects(startBench([[knownVps, { names: 'ams-nl' }]]), { code: 'SCR_CONFIG_INVALID' });
});
