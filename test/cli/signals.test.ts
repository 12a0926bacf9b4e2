import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { find, start, temporaryFolder } from './support/command.js';
import { attachClient, attachScamper } from './support/fleet.js';

const args = ['-P', '127.0.0.1:0', '-U', 'sockets', '-e', 'pid'];

/** A configuration with a plugin that runs this code in one of its hooks. */
function folderWithPlugin(hook: string, body: string): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'sc-remoted.config.mjs'),
    `import { existsSync } from 'node:fs';
     const probe = { name: 'probe', api: 1, schema: {}, setup({ hooks, log }) { hooks.${hook}.tap(async () => { ${body} }); } };
     export default { plugins: ['tcp', 'unix-export', probe] };`,
  );
  return folder;
}

const forEver = "log.info({ event: 'probe.waits' }, 'waits'); await new Promise(() => {});";
const untilGo =
  "log.info({ event: 'probe.waits' }, 'waits'); while (!existsSync('go')) await new Promise((done) => setTimeout(done, 10));";

describe.each(['SIGINT', 'SIGTERM', 'SIGQUIT'] as const)('%s', (signal) => {
  test('stops gracefully: clients see end of file, sockets and pid file are gone, exit 0', async () => {
    const folder = temporaryFolder();
    const running = start(args, { cwd: folder });
    const scamper = await attachScamper(await running.port());
    const [name = ''] = readdirSync(join(folder, 'sockets'));
    const client = attachClient(join(folder, 'sockets', name));
    await client.until('MORE');
    running.signal(signal);
    await client.end;
    expect(client.ended).toBe(true);
    await scamper.closed;
    expect(scamper.violation).toBeUndefined();
    expect(await running.finished).toMatchObject({ code: 0, signal: null });
    expect(readdirSync(join(folder, 'sockets'))).toEqual([]);
    expect(existsSync(join(folder, 'pid'))).toBe(false);
    expect(running.log.slice(-4)).toMatchObject([
      { event: 'signal.stop', signal },
      { event: 'instance.gone' },
      { event: 'client.gone' },
      { event: 'controller.stopped' },
    ]);
  });

  test('while a plugin still starts: ends without waiting for it, exit 0', async () => {
    const running = start(args, { cwd: folderWithPlugin('start', forEver) });
    await running.waitFor('probe.waits');
    running.signal(signal);
    expect(await running.finished).toMatchObject({ code: 0, signal: null });
    for (const event of ['started', 'stopped']) expect(find(running.log, `controller.${event}`)).toBeUndefined();
  });
});

test('a second SIGINT stops at once, where a plugin hangs; the pid file is gone', async () => {
  const folder = folderWithPlugin('stop', forEver);
  const running = start(args, { cwd: folder });
  await running.waitFor('controller.started');
  running.signal('SIGINT');
  await running.waitFor('probe.waits');
  expect(existsSync(join(folder, 'pid'))).toBe(true);
  running.signal('SIGINT');
  expect(await running.finished).toMatchObject({ code: 130, signal: null });
  expect(existsSync(join(folder, 'pid'))).toBe(false);
  expect(find(running.log, 'controller.stopped')).toBeUndefined();
});

test('a second SIGTERM does not cut the stop short', async () => {
  const folder = folderWithPlugin('stop', untilGo);
  const running = start(args, { cwd: folder });
  await running.waitFor('controller.started');
  running.signal('SIGTERM');
  await running.waitFor('probe.waits');
  running.signal('SIGTERM');
  writeFileSync(join(folder, 'go'), '');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
  expect(running.log.at(-1)).toMatchObject({ event: 'controller.stopped' });
});

test('a controller that nothing keeps awake runs until it is told to stop', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.sc-remotedrc.json'), '{ "plugins": ["unix-export", "zombie"] }');
  const running = start(['-e', 'pid'], { cwd: folder });
  await running.waitFor('controller.started');
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  running.signal('SIGTERM');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
  expect(running.log.at(-1)).toMatchObject({ event: 'controller.stopped' });
  expect(existsSync(join(folder, 'pid'))).toBe(false);
});

test('SIGHUP while the controller starts is taken care of when it has started', async () => {
  const folder = folderWithPlugin('start', untilGo);
  const running = start(args, { cwd: folder });
  await running.waitFor('probe.waits');
  running.signal('SIGHUP');
  writeFileSync(join(folder, 'go'), '');
  await running.waitFor('controller.reloaded');
  expect(running.log.map(({ event }) => event)).toEqual([
    'tcp.listening',
    'probe.waits',
    'controller.started',
    'controller.reloaded',
  ]);
});

test('SIGHUP while the controller stops is no error', async () => {
  const folder = folderWithPlugin('stop', untilGo);
  const running = start(args, { cwd: folder });
  await running.waitFor('controller.started');
  const file = join(folder, 'sc-remoted.config.mjs');
  // The stop waits until the file was read again: what the reload comes to is known soon after.
  writeFileSync(
    file,
    `import { writeFileSync } from 'node:fs'; writeFileSync('go', '');\n${readFileSync(file, 'utf8')}`,
  );
  running.signal('SIGTERM');
  await running.waitFor('probe.waits');
  running.signal('SIGHUP');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
  expect(running.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  expect(running.log.at(-1)).toMatchObject({ event: 'controller.stopped' });
});

test('other signals do nothing, and the log says so: SIGUSR1 does not open the debugger of Node', async () => {
  const running = start(args);
  await running.waitFor('controller.started');
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const) {
    running.signal(signal);
    expect(await running.waitFor('signal.ignored', { signal })).toMatchObject({
      level: 30,
      msg: `${signal} does nothing`,
    });
  }
  running.signal('SIGTERM');
  expect((await running.finished).stderr).not.toContain('Debugger');
});

// Its name is set right after the signals are listened for; only Linux tells it in /proc.
test.skipIf(process.platform !== 'linux')('signals are heard before all else is loaded', async () => {
  const running = start(args);
  const nameOf = (): string => readFileSync(`/proc/${running.pid}/comm`, 'utf8').trimEnd();
  await vi.waitUntil(() => nameOf() === 'sc_remoted', { timeout: 10_000, interval: 1 });
  expect(running.stderr).toBe('');
  running.signal('SIGUSR1');
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  expect(running.log[0]).toMatchObject({ event: 'signal.ignored', signal: 'SIGUSR1' });
});

test('what runs is told at the start: the version, that of Node, the process, the user', async () => {
  const running = start(args);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await running.waitFor('controller.started')).toMatchObject({
    version,
    node: process.version,
    pid: running.pid,
    uid: process.getuid?.(),
  });
});

test("a mistake in a plugin's timer is logged and does not end the daemon", async () => {
  const folder = folderWithPlugin(
    'start',
    "setTimeout(() => { throw new Error('oops'); }); void Promise.reject(new Error('alas'));",
  );
  const running = start(args, { cwd: folder });
  expect(await running.waitFor('uncaught', { msg: 'oops' })).toMatchObject({ level: 50, code: 'SCR_INTERNAL' });
  expect(await running.waitFor('uncaught', { msg: 'alas' })).toMatchObject({ level: 50, code: 'SCR_INTERNAL' });
  await attachScamper(await running.port());
});
