import { expect, test } from 'vitest';
import { startBench } from '../../../../plugin-sdk/testing/index.js';
import noSniff from './index.js';

test('sniff is refused, other commands pass and are logged', async () => {
  await using bench = await startBench([noSniff]);
  await bench.attach();
  const client = bench.client();
  await client.until('MORE\n');
  client.send('sniff -S 192.0.2.1 1\n');
  await client.until('ERR sniff is not allowed here\n');
  client.send('ping 192.');
  client.send('0.2.9\n');
  await client.until('OK id-1\n');
  expect(bench.log.of('command').map(({ fields }) => fields['line'])).toEqual(['ping 192.0.2.9']);
});
