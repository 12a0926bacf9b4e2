import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import noSniff from './index.js';

test('the refusal stands where its answer would have stood', async (t) => {
  const bench = await startBench([noSniff]);
  t.onTestFinished(() => bench.stop());
  await bench.attach();
  const client = bench.client();
  client.send('ping 192.0.2.1\nsniff -S 192.0.2.1 1\nping 192.');
  client.send('0.2.9\n');
  const text = await client.until('OK id-2\n');
  assert.deepEqual(text.match(/^(OK|ERR).*$/gm), ['OK id-1', 'ERR sniff is not allowed here', 'OK id-2']);
  const logged = bench.log.of('command').map(({ fields }) => fields['line']);
  assert.deepEqual(logged, ['ping 192.0.2.1', 'ping 192.0.2.9']);
});
