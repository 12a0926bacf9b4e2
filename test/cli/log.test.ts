import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { Socket, connect } from 'node:net';
import { join } from 'node:path';
import { masterRes } from '../../bench/load/frames.js';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  Running,
  find,
  inLogFile,
  linesOf,
  lives,
  main,
  pidOf,
  portIn,
  run,
  start,
  temporaryFolder,
} from './support/command.js';
import { attachScamper } from './support/fleet.js';
import { hasScript, startOnTerminal } from './support/terminal.js';

const args = ['-P', '127.0.0.1:0', '-U', 'sockets'];

test('JSON where no person reads: every line an event with level, time, process and message', async () => {
  const running = start(args);
  await running.port();
  running.signal('SIGINT');
  const { stdout, stderr } = await running.finished;
  expect(stdout).toBe('');
  expect(running.log).toHaveLength(stderr.trimEnd().split('\n').length);
  expect(running.log.map(({ event }) => event)).toEqual([
    'tcp.listening',
    'controller.started',
    'signal.stop',
    'controller.stopped',
  ]);
  for (const line of running.log) {
    expect(line).toMatchObject({ level: 30, name: 'sc_remoted', pid: running.pid, msg: expect.any(String) });
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
});

test('-O notimes: lines without time', async () => {
  const running = start([...args, '-O', 'notimes']);
  const line = await running.waitFor('controller.started');
  const fields = ['level', 'pid', 'hostname', 'name', 'event', 'version', 'node', 'uid', 'reading', 'plugins', 'msg'];
  expect(Object.keys(line)).toEqual(fields);
});

test('-O debug shows the events of the protocol, which are not shown without it', async () => {
  const [quiet, chatty] = [start(args), start([...args, '-O', 'debug'])];
  for (const running of [quiet, chatty]) {
    const scamper = await attachScamper(await running.port());
    scamper.cut();
    await running.waitFor('instance.zombie');
    running.signal('SIGINT');
    await running.finished;
  }
  const debug = (running: typeof quiet) => running.log.filter(({ level }) => level === 20);
  expect(debug(quiet)).toEqual([]);
  expect(debug(chatty)).not.toEqual([]);
});

/** A configuration whose plugin logs a text with control characters, as a peer's words may have. */
function folderThatLogs(): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'sc-remoted.config.mjs'),
    `const probe = { name: 'probe', api: 1, schema: {}, setup({ hooks, log }) {
       const text = '[\\x1b[2J\\x9b2J\\x7f\\\\u009b]';
       hooks.start.tap(() => log.info({ event: 'probe', text }, text));
     } };
     export default { plugins: ['tcp', probe] };`,
  );
  return folder;
}

const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

test('no control character is written as it is, and a reader of the JSON gets each back', async () => {
  const running = start(['-P', '127.0.0.1:0'], { cwd: folderThatLogs() });
  const text = '[\x1b[2J\x9b2J\x7f\\u009b]';
  expect(await running.waitFor('probe')).toMatchObject({ msg: text, text });
  expect(running.stderr).not.toMatch(control);
});

test.skipIf(!hasScript)('nor on a terminal (needs script of util-linux)', async () => {
  const running = startOnTerminal(['-P', '127.0.0.1:0'], folderThatLogs());
  await running.until(({ stdout }) => (stdout.includes('started') ? true : undefined));
  expect(running.stdout).toContain('u009b2J');
  expect(running.stdout).not.toMatch(control);
});

test('a mistake that is told on stderr does not steer the terminal either', async () => {
  const { stderr } = await run(['--config', 'no\x9b2J\x1b[2J']);
  expect(stderr).toContain('no\\u009b2J\\u001b[2J: there is no such configuration file');
});

test('-O select is accepted and says once what it means', async () => {
  const running = start([...args, '-O', 'select', '-O', 'select']);
  await running.port();
  expect(running.log.filter(({ event }) => event === 'option.select')).toEqual([
    expect.objectContaining({ level: 30, msg: "-O select: the platform's own poller is always used" }),
  ]);
});

test.skipIf(!hasScript)('on a terminal, lines for people (needs script of util-linux)', async () => {
  const running = startOnTerminal(args, temporaryFolder());
  await running.until(({ stdout }) => (stdout.includes('started') ? true : undefined));
  running.type('\x03');
  const { code, stdout } = await running.finished;
  const lines = stdout.replaceAll('^C', '').split('\r\n');
  expect(lines[0]).toMatch(
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening on 127\.0\.0\.1 port (\d+) \{"plugin":"tcp","address":"127\.0\.0\.1","port":\1\}$/,
  );
  expect(lines[1]).toMatch(/^\[[\d:.]+\] INFO: started \{.*"plugins":\["tcp","unix-export","access","zombie"\]\}$/);
  expect(lines[2]).toMatch(/^\[[\d:.]+\] INFO: told to stop by SIGINT \{"signal":"SIGINT"\}$/);
  expect(lines[3]).toMatch(/^\[[\d:.]+\] INFO: stopped$/);
  expect(code).toBe(0);
});

test.skipIf(!hasScript)('on a terminal with -O notimes, no time (needs script of util-linux)', async () => {
  const running = startOnTerminal([...args, '-O', 'notimes'], temporaryFolder());
  await running.until(({ stdout }) => (stdout.includes('started') ? true : undefined));
  running.type('\x03');
  const { stdout } = await running.finished;
  expect(stdout).toMatch(/^INFO: listening on 127\.0\.0\.1 port \d+ /);
});

test.skipIf(!hasScript)('the end of the terminal does not end the daemon (needs script of util-linux)', async () => {
  const folder = temporaryFolder();
  const terminal = startOnTerminal(args, folder);
  const port = await terminal.until(({ stdout }) => / port (\d+) [^]*started/.exec(stdout)?.[1]);
  const pid = await pidOf(folder);
  terminal.signal('SIGKILL'); // the terminal's side hangs up, with SIGHUP to the daemon
  await terminal.finished.catch(() => undefined);
  for (let round = 0; round < 3; round++) {
    const scamper = await attachScamper(Number(port));
    scamper.cut();
  }
  expect(lives(pid)).toBe(true);
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => existsSync(join(folder, 'pid')), { timeout: 5_000 }).toBe(false);
});

test('a pipe that nobody reads does not hold up the daemon: it serves, and tells what was lost', async () => {
  const folder = temporaryFolder();
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = new Socket({ fd: openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK), readable: true });
  onTestFinished(() => void reader.destroy());
  const writer = openSync(pipe, constants.O_WRONLY);
  const running = new Running(
    spawn(process.execPath, [main, ...args, '-e', 'pid', '-O', 'debug'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', writer],
    }),
  );
  closeSync(writer);
  let text = '';
  const take = (chunk: Buffer): void => void (text += chunk.toString());
  reader.on('data', take);
  await vi.waitFor(() => expect(text).toContain('controller.started'), { timeout: 10_000 });
  reader.pause();
  const port = portIn(linesOf(text));

  // More lines than the pipe (64 KiB, and what the reader took before it paused) and the daemon hold.
  for (let round = 0; round < 30; round++) await Promise.all(Array.from({ length: 40 }, () => rejectedBy(port)));
  const scamper = await attachScamper(port);
  scamper.cut();
  reader.resume();
  await vi.waitFor(() => expect(text).toContain('log.lost'), { timeout: 10_000 });
  running.signal('SIGTERM');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
  const lines = linesOf(text); // each a whole line of JSON
  expect(lines.filter(({ event }) => event === 'protocol.hello').length).toBeGreaterThan(100);
  expect(find(lines, 'log.lost')).toMatchObject({ level: 40, lines: expect.any(Number) });
});

/** A resume of a session that is not known: each has a line of its own at level debug. */
async function rejectedBy(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.end(masterRes(Buffer.from('nobody'), 0, 0, 0));
  socket.resume();
  await once(socket, 'close');
}

test('a closed stderr does not end the daemon', async () => {
  const running = start([...args, '-O', 'debug']);
  const port = await running.port();
  running.child.stderr?.destroy();
  for (let round = 0; round < 3; round++) {
    running.signal('SIGHUP');
    const scamper = await attachScamper(port);
    scamper.cut();
  }
  await attachScamper(port);
  running.signal('SIGINT');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
});

test('--log-file: JSON lines, appended, nothing on stderr', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'log'), 'from before\n');
  const running = start([...args, '--log-file', 'log'], { cwd: folder });
  await inLogFile(join(folder, 'log'), 'controller.started');
  running.signal('SIGINT');
  expect(await running.finished).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const text = readFileSync(join(folder, 'log'), 'utf8');
  expect(text).toMatch(/^from before\n\{/);
  expect(linesOf(text).map(({ event }) => event)).toEqual([
    'tcp.listening',
    'controller.started',
    'signal.stop',
    'controller.stopped',
  ]);
});

test('--log-file: opened anew on SIGHUP, after somebody moved it away', async () => {
  const folder = temporaryFolder();
  const [log, moved] = [join(folder, 'log'), join(folder, 'log.1')];
  const running = start([...args, '--log-file', 'log'], { cwd: folder });
  await inLogFile(log, 'controller.started');
  renameSync(log, moved);
  running.signal('SIGHUP');
  await inLogFile(moved, 'controller.started');
  await expect.poll(() => existsSync(log), { timeout: 5_000 }).toBe(true);
  await inLogFile(log, 'controller.reloaded');
  running.signal('SIGINT');
  await running.finished;
  expect(find(linesOf(readFileSync(moved, 'utf8')), 'controller.stopped')).toBeUndefined();
  expect(find(linesOf(readFileSync(log, 'utf8')), 'controller.stopped')).toBeDefined();
});

test('--log-file: where it cannot be opened anew, the old one is kept, and the reload goes on', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logs'));
  const running = start([...args, '--log-file', 'logs/log'], { cwd: folder });
  await inLogFile(join(folder, 'logs/log'), 'controller.started');
  renameSync(join(folder, 'logs'), join(folder, 'moved'));
  running.signal('SIGHUP');
  expect(await inLogFile(join(folder, 'moved/log'), 'log.kept')).toMatchObject({ level: 50, code: 'SCR_LOG_FILE' });
  expect(await inLogFile(join(folder, 'moved/log'), 'controller.reloaded')).toMatchObject({ failures: 0 });
});

test.skipIf(!existsSync('/dev/full'))('a full disk does not end the daemon (needs /dev/full)', async () => {
  const folder = temporaryFolder();
  const running = start([...args, '--log-file', '/dev/full', '-e', 'pid'], { cwd: folder });
  await pidOf(folder);
  running.signal('SIGHUP');
  running.signal('SIGTERM');
  expect(await running.finished).toMatchObject({ code: 0, stderr: '' });
});

test('--log-file that cannot be written: SCR_LOG_FILE, exit 1', async () => {
  const { code, stderr } = await run([...args, '--log-file', '/nowhere/log']);
  expect(stderr).toBe(
    "sc_remoted: SCR_LOG_FILE: /nowhere/log: the log file cannot be written (ENOENT: no such file or directory, open '/nowhere/log'); " +
      'check the path given with --log-file and its permissions\n',
  );
  expect(code).toBe(1);
});

test('--log-file tells too why the start failed', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await run(['-P', '192.0.2.1:0', '--log-file', 'log'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toContain('SCR_ADDRESS_UNAVAILABLE');
  const log = linesOf(readFileSync(join(folder, 'log'), 'utf8'));
  expect(find(log, 'start.failed')).toMatchObject({ level: 50, code: 'SCR_ADDRESS_UNAVAILABLE' });
});
