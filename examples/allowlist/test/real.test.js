import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipReal, startRealBench } from 'sc-remoted/plugin-sdk/testing';
import allowlist from '../index.js';

test(
  'a real scamper that is listed measures, one that is not is refused, a reload changes that',
  { skip: skipReal(), timeout: 60_000 },
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'allowlist-'));
    t.after(() => rm(directory, { recursive: true }));
    const list = join(directory, 'allow.list');
    await writeFile(list, 'name=ams-* address=127.0.0.0/8\n');
    const bench = await startRealBench([[allowlist, { file: 'allow.list' }]], { directory });
    t.after(() => bench.stop());

    const scamper = await bench.attach({ monitorName: 'ams-1' });
    assert.match(scamper.instance, /^ams-1-127\.0\.0\.1:/);
    const { dump } = await scamper.measure('ping -c 1 127.0.0.1');
    assert.match(dump, /^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);

    bench.dial({ monitorName: 'lon-1' });
    const { fields, message } = await bench.log.waitFor('connection.refused');
    assert.equal(fields.code, 'SCR_DENIED');
    assert.match(message, /allow\.list has no line for name lon-1, address 127\.0\.0\.1, no certificate/);

    await writeFile(list, 'name=lon-2\n');
    await bench.controller.reload();
    await bench.log.waitFor('controller.reloaded', { failures: 0 });
    assert.match((await bench.attach({ monitorName: 'lon-2' })).instance, /^lon-2-127/);
  },
);
