import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import knownVps from '../known-vps/index.js';

test('a scamper that is not on the list is refused, and the log says why', async (t) => {
  const bench = await startBench([[knownVps, { names: ['ams-nl'] }]]);
  t.onTestFinished(() => bench.stop());
  await assert.rejects(bench.attach({ monitorName: 'san-us' }));
  const refused = bench.log.of('connection.refused').at(-1);
  assert.equal(refused?.fields['code'], 'SCR_DENIED');
  assert.match(refused.message, /san-us is not on the list/);
});
