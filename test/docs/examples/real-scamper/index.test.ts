import assert from 'node:assert/strict';
import { test } from 'vitest';
import { skipReal, startRealBench } from '../../../../testing/index.js';

test('the real scamper pings the loopback', { skip: skipReal() !== false }, async (t) => {
  const bench = await startRealBench(); // with the plugin to be tested
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  assert.match(scamper.instance, /^ams-nl-127\.0\.0\.1:/);
  const { dump } = await scamper.measure('ping -c 1 127.0.0.1');
  assert.match(dump, /^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);
});
