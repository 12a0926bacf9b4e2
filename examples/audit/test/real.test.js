import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { textIn } from '../support/bench.js';
import { measure, start, startController, startScamper, temporaryFolder, whyNot } from '../support/real.js';

const plugin = fileURLToPath(new URL('../index.js', import.meta.url));

test('what a real scamper is told to do is written down', { skip: whyNot(), timeout: 60_000 }, async (t) => {
  const folder = await temporaryFolder(t);
  const controller = await startController(t, folder, [
    [plugin, { file: 'audit.log' }],
    ['tcp', { listen: '127.0.0.1:0' }],
    ['unix-export', { directory: 'sockets' }],
  ]);
  const { port } = await controller.line({ event: 'tcp.listening' });
  startScamper(t, folder, `127.0.0.1:${port}`, 'ams-1');
  const { instance } = await controller.line({ event: 'instance.attached' });
  await measure(t, folder, instance, 'ping -c 1 127.0.0.1');
  await writeFile(join(folder, 'commands'), 'bogus\n');
  await start(t, 'sc_attach', ['-R', join('sockets', instance), '-i', 'commands', '-o', 'none.warts'], folder).finished;
  controller.child.kill('SIGTERM');
  assert.equal(await controller.finished, 0);

  const lines = (await textIn(folder))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const about = (client) => lines.filter((line) => line.client === client);
  assert.deepEqual(
    about(1).map(({ event, number, command }) => [event, number, command]),
    [
      ['client.attached', undefined, undefined],
      ['command.sent', 1, 'ping -c 1 127.0.0.1'],
      ['command.accepted', 1, undefined],
      ['command.sent', 2, 'done'],
      ['command.accepted', 2, undefined],
      ['client.detached', undefined, undefined],
    ],
  );
  const left = about(1).at(-1);
  assert.equal(left.event, 'client.detached');
  assert.ok(left.results >= 1 && left.resultBytes > 50, JSON.stringify(left));
  assert.equal(left.instance, instance);
  assert.match(left.socket, new RegExp(`/sockets/${instance}$`));
  assert.ok(about(2).some(({ event, error }) => event === 'command.rejected' && error === 'command not accepted'));
  assert.equal(lines.at(-1).event, 'audit.stopped');
});
