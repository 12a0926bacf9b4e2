import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipReal, startRealBench } from 'sc-remoted/plugin-sdk/testing';
import audit from '../index.js';
import { temporaryFolder, textIn } from '../support/bench.js';

test('what a real scamper is told to do is written down', { skip: skipReal(), timeout: 60_000 }, async (t) => {
  const directory = await temporaryFolder(t);
  const bench = await startRealBench([[audit, { file: 'audit.log' }]], { directory });
  t.after(() => bench.stop());
  const scamper = await bench.attach({ monitorName: 'ams-1' });
  await scamper.measure('ping -c 1 127.0.0.1');
  await scamper.measure('bogus');
  await bench.controller.stop();

  const lines = (await textIn(directory))
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
  assert.equal(left.instance, scamper.instance);
  assert.equal(left.socket, scamper.socket);
  assert.ok(about(2).some(({ event, error }) => event === 'command.rejected' && error === 'command not accepted'));
  assert.equal(lines.at(-1).event, 'audit.stopped');
});
