import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { createController } from '../../../../index.js';
import { SimClient, TestLog } from '../../../../plugin-sdk/testing/index.js';

/** scamper opens raw sockets: it must be installed, and this must be root. */
const skip = process.getuid?.() !== 0 || spawnSync('scamper', ['-?']).error !== undefined;

test('the real scamper pings the loopback', { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'real-'));
  t.onTestFinished(() => rmSync(directory, { recursive: true }));
  const log = new TestLog();
  const controller = await createController({
    plugins: [
      ['tcp', { listen: '127.0.0.1:0' }],
      ['unix-export', { directory }],
    ], // and the plugin to be tested
    logger: log,
  });
  await controller.start();
  t.onTestFinished(() => controller.stop());
  const { fields } = await log.waitFor('tcp.listening');

  const scamper = spawn('scamper', ['-R', `127.0.0.1:${String(fields['port'])}`, '-M', 'ams-nl'], { stdio: 'ignore' });
  t.onTestFinished(async () => {
    scamper.kill('SIGKILL');
    await once(scamper, 'close');
  });
  const attached = await log.waitFor('instance.attached');
  assert.equal(attached.fields['monitorName'], 'ams-nl');

  const client = new SimClient(connect(join(directory, String(attached.fields['instance']))));
  await client.until('MORE\n');
  client.send('ping -c 1 127.0.0.1\n');
  await client.until('DATA ', 30_000);
});
