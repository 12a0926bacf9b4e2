import { expect, test } from 'vitest';
import { ask, startStatus } from './support/status.js';

/** Values by name and labels. */
function samplesIn(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('a VP that is lost stays, as 0; what is counted goes on', async () => {
  const { bench, where } = await startStatus();
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  const client = bench.client();
  client.send('ping\n');
  await client.until('OK');
  const { headers, text } = await ask(where, '/metrics');
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const before = samplesIn(text);
  expect(before.get('sc_remoted_vp_up{vp="ams-nl"}')).toBe(1);
  expect(before.get('sc_remoted_vp_clients{vp="ams-nl"}')).toBe(1);
  const relayed = before.get('sc_remoted_relayed_bytes_total{direction="to_instances"}') ?? 0;
  expect(relayed).toBeGreaterThan(0);
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  const after = samplesIn((await ask(where, '/metrics')).text);
  expect(after.get('sc_remoted_vp_up{vp="ams-nl"}')).toBe(0);
  expect(after.get('sc_remoted_vps{state="lost"}')).toBe(1);
  expect(after.get('sc_remoted_lost_total{code="SCR_INSTANCE_ENDED"}')).toBe(1);
  expect(after.get('sc_remoted_relayed_bytes_total{direction="to_instances"}')).toBe(relayed);
  expect(after.get('sc_remoted_vp_last_seen_timestamp_seconds{vp="ams-nl"}')).toBe(
    bench.clock.date().getTime() / 1_000,
  );
});

test('more VPs than have series of their own are counted', async () => {
  const { bench, where } = await startStatus({ series: 2 });
  await bench.attach();
  for (const monitorName of ['a', 'b', 'c']) await bench.attach({ monitorName });
  const samples = samplesIn((await ask(where, '/metrics')).text);
  expect([...samples.keys()].filter((name) => name.startsWith('sc_remoted_vp_up'))).toEqual([
    'sc_remoted_vp_up{vp="a"}',
    'sc_remoted_vp_up{vp="b"}',
  ]);
  expect(samples.get('sc_remoted_vps_overflow')).toBe(2);
});

test('refusals by step and code, the last reload, the process', async () => {
  const { bench, where } = await startStatus();
  const scamper = bench.dial();
  scamper.stream.write('nonsense, and more of it\n');
  await scamper.closed;
  await bench.controller.reload();
  const samples = samplesIn((await ask(where, '/metrics')).text);
  expect(samples.get('sc_remoted_refused_total{step="hello",code="SCR_HELLO_INVALID"}')).toBe(1);
  expect(samples.get('sc_remoted_config_last_reload_successful')).toBe(1);
  for (const name of [
    'process_resident_memory_bytes',
    'process_open_fds',
    'process_max_fds',
    'process_cpu_seconds_total',
  ]) {
    expect(samples.get(name)).toBeGreaterThan(0);
  }
});
