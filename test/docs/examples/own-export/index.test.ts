import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { SimClient, startBench } from '../../../../testing/index.js';

test('an instance can be reached while it is attached', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'export-'));
  const bench = await startBench([['unix-export', { directory }]]); // your plugin in its place
  t.onTestFinished(async () => {
    await bench.stop();
    rmSync(directory, { recursive: true });
  });
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  const path = join(directory, bench.instance().name);
  const client = new SimClient(connect(path));
  await client.until('MORE\n');
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1\n');
  scamper.cut();
  await client.end;
  await bench.log.waitFor('instance.gone');
  assert.equal(existsSync(path), false);
});
