import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SimClient, startBench } from '../../../../testing/index.js';
import { plugin } from '../../../core/support/plugins.js';
import funnel from './index.js';

const closed = plugin('closed', ({ hooks }) =>
  hooks.open.tap(({ instance }) => (instance.monitorName === 'closed' ? { deny: 'not here' } : undefined)),
);

async function begin() {
  const directory = mkdtempSync(join(tmpdir(), 'funnel-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const bench = await startBench([[funnel, { path: 'all' }], closed], { directory });
  onTestFinished(() => bench.stop());
  return { bench, client: new SimClient(connect(join(directory, 'all'))) };
}

/** What came for one instance so far. */
function resultsOf(client: SimClient, id: number): string {
  const lines = [...client.text.matchAll(new RegExp(`^${id} ([A-Za-z0-9+/=]+)\n`, 'gm'))];
  return lines.map(([, base64 = '']) => Buffer.from(base64, 'base64').toString()).join('');
}

test('one connection reaches several instances', async () => {
  const { bench, client } = await begin();
  const first = await bench.attach();
  await bench.attach();
  client.send('1 ping 192.0.2.9\n2 ping 192.0.2.9\n');
  await expect.poll(() => resultsOf(client, 1), { interval: 1 }).toContain('OK id-1\n');
  await expect.poll(() => resultsOf(client, 2), { interval: 1 }).toContain('OK id-1\n');
  client.send('1 done\n');
  await client.until('1 end SCR_CHANNEL_FINISHED\n');
  expect(first.violation).toBeUndefined();
});

test('what cannot be reached is refused, and the others go on', async () => {
  const { bench, client } = await begin();
  await bench.attach({ monitorName: 'closed' });
  client.send('1 ping 192.0.2.9\n7 ping 192.0.2.9\n');
  await client.until('1 refused SCR_CLIENT_DENIED\n');
  await client.until('7 refused\n');
});

test('a connection that is lost ends its channels', async () => {
  const { bench, client } = await begin();
  const scamper = await bench.attach();
  client.send('1 ping 192.0.2.9\n');
  await scamper.waitFor('data');
  client.leave();
  await bench.log.waitFor('client.gone', { code: 'SCR_CLIENT_LEFT' });
});
