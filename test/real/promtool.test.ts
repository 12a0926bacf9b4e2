import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import zombie from '../../plugins/zombie/index.js';
import { definePlugin } from '../../plugin-sdk/index.js';
import { describeNeeding } from '../support/needing.js';
import { ask, startStatus } from '../plugins/status/support/status.js';

const isThere = spawnSync('promtool', ['--version']).error === undefined;
const missing = isThere ? undefined : 'promtool not found: apt-get install prometheus';

const packaging = new URL('../../packaging/', import.meta.url);
const alerts = new URL('prometheus/alerts.yml', packaging);

/** A plugin that uses a certificate, as `tls` does. */
const certified = definePlugin({
  name: 'certified',
  schema: { type: 'object', additionalProperties: false },
  setup: ({ tell }) =>
    tell('certificates', [{ file: 'c.pem', subject: 'CN="a\\b"', notAfter: '2027-01-01T00:00:00.000Z' }]),
});

/** What Prometheus is told by a controller in which something of everything has happened. */
async function everything(): Promise<string> {
  const { bench, where } = await startStatus({}, [[zombie, { time: 60 }], certified]);
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  const client = bench.client();
  client.send('ping\n');
  await client.until('OK');
  const stranger = bench.dial();
  stranger.stream.write('nonsense, and more of it\n');
  await stranger.closed;
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(() => bench.client()).toThrow();
  await bench.controller.reload();
  await bench.clock.advance(61_000);
  return (await ask(where, '/metrics')).text;
}

/** Metrics of ours, and of the process, that a text names. */
function metricsIn(text: string): string[] {
  return [...new Set(text.match(/\b(?:sc_remoted|process)_[a-z0-9_]+/g))];
}

describeNeeding(missing, 'promtool', () => {
  test('finds nothing wrong with the metrics', async () => {
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await everything(),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('the alerts fire when they should, and not before', () => {
    const cwd = new URL('prometheus/', packaging);
    expect(execFileSync('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd, encoding: 'utf8' })).toContain(
      'SUCCESS',
    );
    expect(
      execFileSync('promtool', ['check', 'config', '--syntax-only', 'scrape.yml'], { cwd, encoding: 'utf8' }),
    ).toContain('SUCCESS');
  });
});

test.each([
  ['alerts', alerts],
  ['dashboard', new URL('grafana/sc-remoted.json', packaging)],
])('the %s name metrics that there are', async (_what, file) => {
  const told = new Set(metricsIn((await everything()).replace(/^#.*$/gm, '')));
  const named = metricsIn(readFileSync(file, 'utf8')).filter((name) => name !== 'sc_remoted_vp_round_trip_seconds');
  expect(named.filter((name) => !told.has(name))).toEqual([]);
});

test('each alert is tried out', () => {
  const names = (url: URL): string[] =>
    [...readFileSync(url, 'utf8').matchAll(/alert(?:name)?: (\w+)/g)].map(([, name = '']) => name);
  const tried = new Set(names(new URL('prometheus/alerts.test.yml', packaging)));
  expect(names(alerts).filter((name) => !tried.has(name))).toEqual([]);
});
