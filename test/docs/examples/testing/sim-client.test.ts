import assert from 'node:assert/strict';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';

test('a client sends a command, reads its result, and says done', async (t) => {
  const bench = await startBench();
  t.onTestFinished(() => bench.stop());
  await bench.attach();
  const client = bench.client();
  await client.until('MORE\n');
  client.send('ping 192.0.2.9\n');
  assert.match(await client.until('`\nMORE\n'), /^MORE\nOK id-1\nDATA \d+ id-1\n/);
  client.send('done\n');
  await client.end;
  assert.equal(client.ended, true);
});
