import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import keepAnHour from '../keep-an-hour/index.js';

test('an hour later it is gone', async (t) => {
  const bench = await startBench([keepAnHour]);
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach();
  scamper.cut();
  await bench.clock.advance(3_599_000);
  assert.equal(bench.instance().state, 'zombie');
  await bench.clock.advance(2_000);
  assert.equal(bench.controller.instances.length, 0);
});
