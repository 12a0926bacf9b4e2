import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import keepAnHour from './index.js';

test('an instance that was cut off may come back', async (t) => {
  const bench = await startBench([keepAnHour]);
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  assert.equal(bench.instance().state, 'zombie');
  assert.equal(await bench.resume(scamper), true);
  assert.equal(bench.instance().state, 'connected');
});
