import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { SimScamper, startBench } from '../../../../testing/index.js';
import unixTransport from './index.js';

test('a scamper attaches through the socket', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'unix-transport-'));
  const bench = await startBench([[unixTransport, { path: 'calls' }]], { directory });
  t.onTestFinished(async () => {
    await bench.stop();
    rmSync(directory, { recursive: true });
  });
  const scamper = new SimScamper(connect(join(directory, 'calls')));
  assert.equal(await scamper.attach(), 'local.1');
  assert.equal(bench.instance().transport, 'unix-transport');
});
