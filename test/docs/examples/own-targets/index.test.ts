import { expect, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import ownTargets from './index.js';

test.each([
  ['ping -c 1 192.0.2.9', 'OK id-1'],
  ['halt 1', 'OK halted'],
  ['ping 198.51.100.1', 'ERR 198.51.100.1 is not ours'],
  ['trace 2001:db8::1', 'ERR 2001:db8::1 is not ours'],
  ['ping example.org', 'ERR its targets cannot be told'],
  ['ping -O spoof -S 192.0.2.1 192.0.2.9', 'ERR its targets cannot be told'],
])('%s: %s', async (command, answer) => {
  await using bench = await startBench([ownTargets]);
  await bench.attach();
  const client = bench.client();
  await client.until('MORE\n');
  client.send(`${command}\n`);
  expect(await client.until(`${answer}\n`)).toMatch(/^MORE\n(OK|ERR)/);
});
