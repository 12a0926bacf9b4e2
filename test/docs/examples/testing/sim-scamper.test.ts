import assert from 'node:assert/strict';
import { test } from 'vitest';
import { type Script, startBench } from '../../../../testing/index.js';

/** Takes nothing. */
const stubborn: Script = {
  open: (scamper, channel) => scamper.send(channel, 'MORE\n'),
  line: (scamper, channel, line) => scamper.send(channel, `ERR ${line} is beyond me\n`),
};

test('a scamper that answers as it was told', async (t) => {
  const bench = await startBench();
  t.onTestFinished(() => bench.stop());
  await bench.attach({ script: stubborn });
  const client = bench.client();
  client.send('ping 192.0.2.9\n');
  await client.until('ERR ping 192.0.2.9 is beyond me\n');
});

test('a scamper that breaks the protocol is dropped', async (t) => {
  const bench = await startBench();
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach();
  scamper.ack(99); // of a message that was never sent
  await scamper.closed;
  const { fields } = await bench.log.waitFor('instance.gone');
  assert.equal(fields['code'], 'SCR_PROTOCOL');
});
