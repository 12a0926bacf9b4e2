import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import status from '../../plugins/status/index.js';
import zombie from '../../plugins/zombie/index.js';
import type { LogWish } from '../../plugin-sdk/index.js';
import { logControl } from '../../plugin-sdk/index.js';
import { type TestBench, startBench } from '../../testing/index.js';
import { type Finished, run, start, temporaryFolder } from './support/command.js';
import { attachClient, attachScamper } from './support/fleet.js';

interface Fleet {
  readonly bench: TestBench;
  readonly control: readonly ['--control', string];
  readonly wishes: readonly LogWish[];
}

/** A controller in this process with the plugin status. */
async function fleet(): Promise<Fleet> {
  const socket = join(temporaryFolder(), 'control');
  const wishes: LogWish[] = [];
  const services = [{ service: logControl, implementation: { set: (wish: LogWish) => wishes.push(wish) } }];
  const bench = await startBench(
    [
      [zombie, { time: 60 }],
      [status, { socket }],
    ],
    { services },
  );
  onTestFinished(() => bench.stop());
  return { bench, control: ['--control', socket], wishes };
}

/** One VP that is connected, one that is away, one that is lost. */
async function three(): Promise<Fleet> {
  const all = await fleet();
  const { bench } = all;
  const lost = await bench.attach({ monitorName: 'lost' });
  lost.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.clock.advance(61_000);
  const away = await bench.attach({ monitorName: 'away' });
  away.cut();
  await expect.poll(() => bench.log.of('instance.zombie')).toHaveLength(2);
  await bench.attach({ monitorName: 'here' });
  return all;
}

const linesOf = ({ stdout }: Finished): string[] => stdout.split('\n').slice(0, -1);

describe('sc-remoted ls with a control socket', () => {
  test('has the lost, and says why', async () => {
    const { control } = await three();
    const finished = await run(['ls', ...control]);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    const words = linesOf(finished).map((line) => line.split(/ {2,}/));
    expect(words.map((cells) => [cells[0], cells[2], cells.at(-1)])).toEqual([
      ['NAME', 'STATE', 'WHY'],
      ['away', 'away', 'SCR_INSTANCE_ENDED'],
      ['here', 'connected', '-'],
      ['lost', 'lost', 'SCR_INSTANCE_GONE'],
    ]);
  });

  test('--state, --names and --json', async () => {
    const { control } = await three();
    expect(linesOf(await run(['ls', '--names', ...control]))).toEqual(['away', 'here']);
    expect(linesOf(await run(['ls', '--names', '--state', 'lost', ...control]))).toEqual(['lost']);
    expect(linesOf(await run(['ls', 'state=connected', '--names', ...control]))).toEqual(['here']);
    const [line = ''] = linesOf(await run(['ls', 'lost', '--json', ...control]));
    expect(JSON.parse(line)).toMatchObject({ name: 'lost', state: 'lost', reason: { code: 'SCR_INSTANCE_GONE' } });
    expect(await run(['ls', '--state', 'never', ...control])).toMatchObject({ code: 3, stdout: '' });
  });

  test('without one, what needs it says so; exit 4', async () => {
    const cwd = temporaryFolder();
    const finished = await run(['ls', '--state', 'lost'], { cwd });
    expect(finished).toMatchObject({ code: 4, stdout: '' });
    expect(finished.stderr).toContain('SCR_NO_STATUS');
  });
});

test('show: all that is known of a VP, and its history; one that is not known is exit 3', async () => {
  const { control } = await three();
  const shown = await run(['show', 'lost', ...control]);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^VP +lost\nstate +lost\nsince +2026-01-01T00:01:0\dZ\n/);
  expect(shown.stdout).toContain('last ending    SCR_INSTANCE_GONE: it did not come back in time\n');
  expect(shown.stdout).toMatch(
    /\n +2026-01-01T00:00:00Z connected\n +\S+ away SCR_INSTANCE_ENDED\n +\S+ lost SCR_INSTANCE_GONE\n$/,
  );
  const json = await run(['show', 'here', '--json', ...control]);
  expect(JSON.parse(json.stdout)).toMatchObject({ vp: 'here', state: 'connected', instance: { clients: 0 } });
  const nobody = await run(['show', 'nobody', ...control]);
  expect(nobody).toMatchObject({ code: 3, stdout: '' });
  expect(nobody.stderr).toContain('SCR_NO_SUCH_VP: no VP is called nobody');
});

test('events: what happened; -f goes on', async () => {
  const { bench, control } = await three();
  const told = await run(['events', '--json', ...control]);
  const kinds = linesOf(told).map((line) => JSON.parse(line) as { kind: string; vp: string });
  expect(kinds.map(({ kind, vp }) => `${vp} ${kind}`)).toEqual([
    'lost vp.connected',
    'lost vp.away',
    'lost vp.lost',
    'away vp.connected',
    'away vp.away',
    'here vp.connected',
  ]);
  const following = start(['events', '-f', ...control]);
  await following.until(({ stdout }) => (stdout.includes('here') ? true : undefined));
  await bench.attach({ monitorName: 'late' });
  await expect
    .poll(async () => {
      await bench.clock.advance(1_000);
      return following.stdout;
    })
    .toMatch(/ vp\.connected {2}late {2}is there\n$/);
  expect(following.stdout.trimEnd().split('\n')).toHaveLength(kinds.length + 1); // nothing twice
  following.signal('SIGINT');
  expect(await following.finished).toMatchObject({ code: 130 });
});

test('events -f: what happens between the list and the stream is told, once', async () => {
  const socket = join(temporaryFolder(), 'control');
  const happened = (number: number) => ({
    number,
    at: '2026-01-01T00:00:00.000Z',
    kind: 'reload',
    text: `no ${number}`,
  });
  const server = createServer(({ url = '' }, response) => {
    const listed = JSON.stringify([happened(1)]);
    if (!url.endsWith('/stream')) return void response.end(listed);
    response.write(`event: all\ndata: ${JSON.stringify({ events: [happened(1), happened(2)] })}\n\n`);
    response.end(`event: changes\ndata: ${JSON.stringify({ events: [happened(3)] })}\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  const { code, stdout } = await run(['events', '-f', '--json', '--control', socket]);
  const told = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: number }).number);
  expect({ code, told }).toEqual({ code: 0, told: [1, 2, 3] });
});

describe('check', () => {
  test.each([
    [[], 0, /^SC_REMOTED OK - it serves scampers; 1 VPs connected; /],
    [['--vp', 'here'], 0, /; here is connected since /],
    [['--vp', 'away'], 1, /^SC_REMOTED WARNING - away is away since \S+ \(SCR_INSTANCE_ENDED: /],
    [['--vp', 'here', 'lost'], 2, /^SC_REMOTED CRITICAL - lost is lost/],
    [['--vp', 'nobody'], 2, /nobody is not known/],
    [['--connected-warning', '2'], 1, /^SC_REMOTED WARNING - 1 VPs connected \| .*'connected'=1/],
    [['--connected-critical', '2'], 2, /CRITICAL/],
    [['--missing-warning', '2', '--missing-critical', '3'], 1, /1 away, 1 lost, 0 never seen/],
    [['--descriptors-warning', '0'], 1, /descriptors are open/],
  ])('%j: exit %i', async (flags, code, words) => {
    const { control } = await three();
    const finished = await run(['check', '--control', control[1], ...flags]);
    expect(finished).toMatchObject({ code, stderr: '' });
    expect(finished.stdout).toMatch(words);
  });

  test('JSON and Prometheus say the same', async () => {
    const { control } = await three();
    const json = await run(['check', '--format', 'json', '--vp', 'away', ...control]);
    const { findings } = JSON.parse(json.stdout) as { findings: { name: string; level: string }[] };
    expect(findings).toContainEqual(expect.objectContaining({ name: 'away', level: 'WARNING', value: 0 }));
    const metrics = await run(['check', '--format', 'prometheus', '--vp', 'away', ...control]);
    expect(metrics.stdout).toContain('sc_remoted_check{check="away"} 1\n');
    expect(json.code).toBe(metrics.code);
  });

  test('no controller is critical, a mistake of the one who asks is unknown', async () => {
    const nobody = await run(['check', '--control', join(temporaryFolder(), 'none')]);
    expect(nobody).toMatchObject({ code: 2, stderr: '' });
    expect(nobody.stdout).toContain('SC_REMOTED CRITICAL - SCR_NO_STATUS');
    expect(await run(['check', '--missing-warning', 'x'])).toMatchObject({ code: 3, stdout: '' });
  });
});

test('forget: the lost are struck off, who is there is not', async () => {
  const { control } = await three();
  expect(await run(['forget', 'lost', ...control])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(
    linesOf(await run(['ls', ...control]))
      .slice(1)
      .map((line) => line.split(' ')[0]),
  ).toEqual(['away', 'here']);
  const there = await run(['forget', 'here', ...control]);
  expect(there.code).toBe(1);
  expect(there.stderr).toContain('SCR_STATUS_REFUSED: here is there');
  expect((await run(['forget', 'lost', ...control])).code).toBe(3);
});

test('log: the wish comes to whoever writes the log', async () => {
  const { control, wishes } = await fleet();
  expect(await run(['log', 'debug', '--for', '10m', '--instance', 'ams-*', ...control])).toMatchObject({ code: 0 });
  expect(wishes).toEqual([{ level: 'debug', seconds: 600, instance: 'ams-*' }]);
  expect(await run(['log', 'loud', ...control])).toMatchObject({ code: 1 });
});

test('a running daemon: its log at debug for some instances, and its socket for its user alone', async () => {
  const folder = temporaryFolder();
  const plugins = "['tcp', 'unix-export', ['status', { socket: 'control' }]]";
  writeFileSync(join(folder, 'c.mjs'), `export default { plugins: ${plugins} };`);
  const running = start(['-P', '127.0.0.1:0', '-U', 'sockets', '--config', 'c.mjs'], { cwd: folder });
  const port = await running.port();
  const control = ['--control', join(folder, 'control')];
  expect(await run(['log', 'debug', '--instance', 'ams-*', ...control])).toMatchObject({ code: 0 });
  await attachScamper(port, { monitorName: 'lhr-gb' });
  await attachScamper(port, { monitorName: 'ams-nl' });
  for (const name of readdirSync(join(folder, 'sockets')).sort().reverse()) {
    const client = attachClient(join(folder, 'sockets', name));
    await client.until('MORE\n');
    client.send('done\n');
    await client.end;
  }
  await running.waitFor('channel.finished');
  const debug = running.log.filter(({ level }) => level === 20);
  expect(debug.length).toBeGreaterThan(0);
  expect(debug.filter((line) => !JSON.stringify(line).includes('ams-nl'))).toEqual([]);
  expect(linesOf(await run(['ls', '--names', ...control]))).toEqual(['ams-nl', 'lhr-gb']);
  expect(statSync(join(folder, 'control')).mode & 0o777).toBe(0o600);
});
