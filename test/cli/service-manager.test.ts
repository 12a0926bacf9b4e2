import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeNeeding } from '../support/needing.js';
import { Running, find, start, temporaryFolder } from './support/command.js';
import { attachScamper } from './support/fleet.js';

const script = fileURLToPath(new URL('support/notify-socket.py', import.meta.url));

/** Hears what is told on a socket, in order; nothing of systemd-notify's own. */
async function listenOn(socket: string): Promise<() => string[]> {
  const manager = new Running(spawn('python3', [script, socket], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const heard = (): string[] => {
    const lines = manager.stdout.split('\n').slice(0, -1);
    return lines.map((line) => String(JSON.parse(line))).filter((line) => line !== 'BARRIER=1');
  };
  await manager.until(() => heard()[0]);
  return () => heard().slice(1);
}

/** Its library and its program, and what stands in for it. */
const absent = ['systemd-notify', 'python3'].filter((name) => spawnSync(name, ['--version']).status !== 0);
const missing = absent.length === 0 ? undefined : `${absent.join(', ')} not found: apt-get install systemd python3`;

/** Without the package koffi. */
const withoutKoffi = `--import=data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  const resolve = "export const resolve = (name, context, next) => { if (name === 'koffi') throw new Error('not installed'); return next(name, context); };";
  register('data:text/javascript,' + encodeURIComponent(resolve));
`)}`;

const configuration = "{ plugins: [['tcp', { listen: '127.0.0.1:0' }], 'unix-export', 'zombie', 'status'] }";

function folderWith(text: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'sc-remoted.config.mjs'), `export default ${text};`);
  return folder;
}

const untilHeard = (heard: () => string[], wanted: readonly unknown[]): Promise<void> =>
  expect.poll(heard, { timeout: 10_000, interval: 20 }).toEqual(wanted);

const reloading: unknown = expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
const stopping = 'STOPPING=1\nSTATUS=stopping';
const empty = 'STATUS=0 VPs connected, 0 away, 0 lost';

describeNeeding(missing, 'the service manager', () => {
  test('systemd hears of the start, each reload, also one that came to nothing, the status where it changed, and the stop', async () => {
    const folder = folderWith(configuration);
    const socket = join(folder, 'notify');
    const heard = await listenOn(socket);
    const running = start([], { cwd: folder, env: { ...process.env, NOTIFY_SOCKET: socket } });
    const port = await running.port();
    const told: unknown[] = ['READY=1', empty];
    await untilHeard(heard, told);

    const before = process.hrtime.bigint() / 1_000n;
    running.signal('SIGHUP');
    await untilHeard(heard, told.concat(reloading, 'READY=1'));
    const at = BigInt(/\d+$/.exec(heard()[2] ?? '')?.[0] ?? 0);
    expect(at >= before && at <= process.hrtime.bigint() / 1_000n).toBe(true);

    writeFileSync(join(folder, 'sc-remoted.config.mjs'), 'export default { plugins: 1 };');
    running.signal('SIGHUP');
    await running.waitFor('reload.failed');
    const twice = told.concat(reloading, 'READY=1', reloading, 'READY=1');
    await untilHeard(heard, twice);

    await attachScamper(port);
    const one = 'STATUS=1 VPs connected, 0 away, 0 lost';
    await untilHeard(heard, twice.concat(one));
    running.signal('SIGTERM');
    expect(await running.finished).toMatchObject({ code: 0 });
    await untilHeard(heard, twice.concat(one, stopping));
  });

  test('without koffi a program tells it, in the same order; the name may be abstract', async () => {
    const folder = folderWith(configuration);
    const heard = await listenOn(`@${folder}`);
    const env = { ...process.env, NOTIFY_SOCKET: `@${folder}`, NODE_OPTIONS: withoutKoffi };
    const running = start([], { cwd: folder, env });
    await running.waitFor('controller.started');
    running.signal('SIGHUP');
    await running.waitFor('controller.reloaded');
    running.signal('SIGTERM');
    expect(await running.finished).toMatchObject({ code: 0 });
    await untilHeard(() => heard().filter((line) => line !== empty), ['READY=1', reloading, 'READY=1', stopping]);
    expect(find(running.log, 'notify.failed')).toBeUndefined();
  });

  test('a start that fails is not told as ready', async () => {
    const folder = folderWith('{ plugins: 1 }');
    const heard = await listenOn(join(folder, 'notify'));
    const running = start([], { cwd: folder, env: { ...process.env, NOTIFY_SOCKET: join(folder, 'notify') } });
    expect(await running.finished).toMatchObject({ code: 1 });
    expect(heard()).toEqual([]);
  });
});

test.each([
  ['neither koffi nor the program is there', { PATH: '', NODE_OPTIONS: withoutKoffi }],
  ['nobody listens on the socket', {}],
])('%s: it is said once, and the controller goes on', async (_, environment) => {
  const folder = folderWith(configuration);
  const env = { ...process.env, ...environment, NOTIFY_SOCKET: join(folder, 'nobody') };
  const running = start([], { cwd: folder, env });
  expect(await running.waitFor('notify.failed')).toMatchObject({ level: 40, code: 'SCR_NOTIFY_FAILED' });
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  running.signal('SIGTERM');
  expect(await running.finished).toMatchObject({ code: 0 });
  expect(running.log.filter(({ event }) => event === 'notify.failed')).toHaveLength(1);
});
