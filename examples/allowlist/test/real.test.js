import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { measure, startController, startScamper, temporaryFolder, whyNot } from '../support/real.js';

const plugin = fileURLToPath(new URL('../index.js', import.meta.url));

test(
  'a real scamper that is listed measures, one that is not is refused, a reload changes that',
  {
    skip: whyNot(),
    timeout: 60_000,
  },
  async (t) => {
    const folder = await temporaryFolder(t);
    const list = join(folder, 'allow.list');
    await writeFile(list, 'name=ams-* address=127.0.0.0/8\n');
    const controller = await startController(t, folder, [
      [plugin, { file: 'allow.list' }],
      ['tcp', { listen: '127.0.0.1:0' }],
      ['unix-export', { directory: 'sockets' }],
    ]);
    const { port } = await controller.line({ event: 'tcp.listening' });
    const target = `127.0.0.1:${port}`;

    startScamper(t, folder, target, 'ams-1');
    const { instance } = await controller.line({ event: 'instance.attached' });
    assert.match(instance, /^ams-1-127\.0\.0\.1:/);
    assert.match(await measure(t, folder, instance, 'ping -c 1 127.0.0.1'), /^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);

    startScamper(t, folder, target, 'lon-1');
    const { code, msg } = await controller.line({ event: 'connection.refused' });
    assert.equal(code, 'SCR_DENIED');
    assert.match(msg, /allow\.list has no line for name lon-1, address 127\.0\.0\.1, no certificate/);

    await writeFile(list, 'name=lon-2\n');
    controller.child.kill('SIGHUP');
    await controller.line({ event: 'controller.reloaded', failures: 0 });
    startScamper(t, folder, target, 'lon-2');
    const later = controller.text.indexOf('controller.reloaded');
    assert.match((await controller.line({ event: 'instance.attached' }, later)).instance, /^lon-2-127/);
  },
);
