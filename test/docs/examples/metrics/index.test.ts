import assert from 'node:assert/strict';
import { test } from 'vitest';
import { type TestBench, startBench } from '../../../../testing/index.js';
import metrics from './index.js';

async function get(bench: TestBench, path = '/metrics'): Promise<Response> {
  const { fields } = await bench.log.waitFor('metrics.listening');
  const { port } = fields['address'] as { port: number };
  return fetch(`http://127.0.0.1:${port}${path}`);
}

test('two instances of one name are told apart, and bytes stay when one is gone', async () => {
  await using bench = await startBench([[metrics, { port: 0 }]]);
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  await bench.attach({ monitorName: 'ams-nl' });
  const [one, other] = bench.controller.instances;
  await bench.client(one).until('MORE\n');
  await bench.client(other).until('MORE\n');
  const before = await get(bench);
  assert.match(before.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.equal(
    await before.text(),
    [
      '# TYPE scr_result_bytes_total counter',
      'scr_result_bytes_total 10',
      '# TYPE scr_refused_connections_total counter',
      '# TYPE scr_instance_up gauge',
      `scr_instance_up{id="${one?.id}",monitor="ams-nl"} 1`,
      `scr_instance_up{id="${other?.id}",monitor="ams-nl"} 1`,
      '',
    ].join('\n'),
  );
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  const after = await (await get(bench)).text();
  assert.match(after, /^scr_result_bytes_total 10$/m);
  assert.doesNotMatch(after, new RegExp(`id="${one?.id}"`));
});

test('refused connections are counted by step and code', async () => {
  await using bench = await startBench([[metrics, { port: 0 }]]);
  const scamper = bench.dial();
  scamper.raw(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await scamper.closed;
  await bench.log.waitFor('connection.refused');
  assert.match(await (await get(bench)).text(), /^scr_refused_connections_total\{step="hello",code="SCR_\w+"\} 1$/m);
});

test('there is nothing but /metrics', async () => {
  await using bench = await startBench([[metrics, { port: 0 }]]);
  assert.equal((await get(bench, '/')).status, 404);
});
