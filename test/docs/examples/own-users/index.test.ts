import assert from 'node:assert/strict';
import { test } from 'vitest';
import { SimClient, memoryPair, startBench } from '../../../../testing/index.js';
import ownUsers from './index.js';

test('who is listed may, who is not or not known may not', async (t) => {
  const bench = await startBench([[ownUsers, { uids: [1000] }]]);
  t.onTestFinished(() => bench.stop());
  await bench.attach();
  /** Attaches a client, as `unix-export` does, and sends a command. */
  const command = (uid?: number): SimClient => {
    const [ours, theirs] = memoryPair();
    bench.instance().connect(ours, uid === undefined ? {} : { credentials: { uid, gid: 100, pid: 4321 } });
    const client = new SimClient(theirs);
    client.send('ping 192.0.2.9\n');
    return client;
  };
  await command(1000).until('OK id-1\n');
  await command(1001).until('ERR you may not use this VP\n');
  const text = await command().until('ERR you may not use this VP\n');
  assert.doesNotMatch(text, /OK/);
});
