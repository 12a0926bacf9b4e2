import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  busyPort,
  find,
  gone,
  lives,
  linesOf,
  messagesIn,
  portIn,
  run,
  start,
  startDaemon,
  startLimited,
  temporaryFolder,
  killAfterTest,
  pidOf,
} from './support/command.js';
import { attachClient, attachScamper } from './support/fleet.js';
import { hasScript, startOnTerminal } from './support/terminal.js';

const free = ['-P', '127.0.0.1:0'];

function logOf(folder: string): ReturnType<typeof linesOf> {
  return linesOf(readFileSync(join(folder, 'log'), 'utf8'));
}

/** A configuration whose last plugin does this when it starts. */
function writeConfig(folder: string, startBody: string): void {
  writeFileSync(
    join(folder, 'sc-remoted.config.mjs'),
    `import { existsSync } from 'node:fs';
     const probe = { name: 'probe', api: 1, schema: {}, setup({ hooks }) { hooks.start.tap(async () => { ${startBody} }); } };
     export default { plugins: ['tcp', probe] };`,
  );
}

describe('-D', () => {
  test('returns 0 when the port listens; the daemon serves from where it was started', async () => {
    const folder = temporaryFolder();
    const { parent, pid } = await startDaemon(folder, [...free, '-U', 'sockets', '--log-file', 'log']);
    expect(parent).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(lives(pid)).toBe(true);
    const log = logOf(folder);
    expect(find(log, 'controller.started')).toMatchObject({ pid, plugins: ['tcp', 'unix-export', 'access', 'zombie'] });
    await attachScamper(portIn(log), { monitorName: 'foo.bar' });
    const [name = ''] = readdirSync(join(folder, 'sockets'));
    expect(name).toMatch(/^foo\.bar-127\.0\.0\.1:\d+$/);
    await attachClient(join(folder, 'sockets', name)).until('MORE');
    process.kill(pid, 'SIGTERM');
    await gone(pid);
    expect(existsSync(join(folder, 'pid'))).toBe(false);
    expect(readdirSync(join(folder, 'sockets'))).toEqual([]);
    expect(find(logOf(folder), 'controller.stopped')).toMatchObject({ msg: 'stopped' });
  });

  test('returns only when every plugin has started', async () => {
    const folder = temporaryFolder();
    const wait = "while (!existsSync('go')) await new Promise((done) => setTimeout(done, 10));";
    writeConfig(folder, `console.error('probe waits'); ${wait}`);
    killAfterTest(folder);
    const parent = start(['-D', ...free, '-e', 'pid', '--log-file', 'log'], { cwd: folder });
    await parent.until(({ stderr }) => (stderr.includes('probe waits') ? true : undefined));
    expect(parent.child.exitCode).toBeNull();
    expect(existsSync(join(folder, 'pid'))).toBe(false);
    writeFileSync(join(folder, 'go'), '');
    expect(await parent.finished).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'pid'))).toBe(true);
  });

  test('without a log file, what is logged before it leaves is seen; afterwards the daemon lives on without a reader', async () => {
    const folder = temporaryFolder();
    const { parent, pid } = await startDaemon(folder, [...free, '-U', 'sockets']);
    expect(parent.code).toBe(0);
    const port = portIn(linesOf(parent.stderr));
    expect(port).toBeGreaterThan(0);
    for (let round = 0; round < 3; round++) {
      process.kill(pid, 'SIGHUP');
      const scamper = await attachScamper(port);
      scamper.cut();
    }
    expect(lives(pid)).toBe(true);
    process.kill(pid, 'SIGINT');
    await gone(pid);
    expect(existsSync(join(folder, 'pid'))).toBe(false);
  });

  test('a busy port: its error on stderr, exit 1, nothing left', async () => {
    const folder = temporaryFolder();
    const port = await busyPort();
    const { parent } = await startDaemon(folder, ['-P', `127.0.0.1:${port}`, '-U', 'sockets']);
    expect(messagesIn(parent.stderr)).toMatch(
      new RegExp(`^sc_remoted: SCR_PORT_BUSY: 127\\.0\\.0\\.1:${port}: .*\\n$`),
    );
    expect(parent).toMatchObject({ code: 1, stdout: '' });
    expect(existsSync(join(folder, 'pid'))).toBe(false);
  });

  test('a wrong configuration: every mistake on stderr, exit 1', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, '.sc-remotedrc.json'),
      JSON.stringify({
        plugins: [
          ['tcp', { fast: true }],
          ['zombie', { time: -1 }],
        ],
      }),
    );
    const { parent } = await startDaemon(folder, ['-D']);
    expect(parent).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'sc_remoted: SCR_CONFIG_INVALID: fix these:\n' +
        `  ${folder}/.sc-remotedrc.json: plugin tcp: fast: unknown option; known are listen, family\n` +
        `  ${folder}/.sc-remotedrc.json: plugin zombie: time: must be >= 0\n`,
    });
  });

  test('a mistake on the command line is told by the starting process', async () => {
    expect(await run(['-D', '-x'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^sc_remoted: unknown option '-x'\n/),
    });
  });

  test('a daemon that dies before it listens: exit 1, and the parent says so', async () => {
    const folder = temporaryFolder();
    writeConfig(folder, "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});");
    const { code, stderr } = await run(['-D', ...free, '--log-file', 'log'], { cwd: folder });
    expect(stderr).toBe(
      'sc_remoted: SCR_DAEMON_FAILED: the daemon ended before it listened; start it without -D to see more\n',
    );
    expect(code).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')(
    'has a session of its own (read from /proc, which only Linux has)',
    async () => {
      const folder = temporaryFolder();
      const { pid } = await startDaemon(folder, [...free, '--log-file', 'log']);
      const [, , , , session, terminal] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, 'x ')
        .split(' ');
      expect({ session, terminal }).toEqual({ session: String(pid), terminal: '0' });
    },
  );

  test.skipIf(!hasScript)('survives the end of its terminal (needs script of util-linux)', async () => {
    const folder = temporaryFolder();
    const terminal = startOnTerminal(['-D', ...free, '-U', 'sockets'], folder);
    const { code, stdout } = await terminal.finished;
    const pid = await pidOf(folder);
    expect(code).toBe(0);
    // A person reads this: no JSON.
    const [, port] = /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening on 127\.0\.0\.1 port (\d+) /.exec(stdout) ?? [];
    await attachScamper(Number(port));
    expect(lives(pid)).toBe(true);
    process.kill(pid, 'SIGINT');
    await gone(pid);
  });
});

describe('-e', () => {
  test('holds the process ID once it listens, and is removed at exit', async () => {
    const folder = temporaryFolder();
    const running = start([...free, '-e', 'run.pid', '-U', 'sockets'], { cwd: folder });
    // Written after the start and before SIGHUP is taken care of.
    await running.waitFor('controller.started');
    running.signal('SIGHUP');
    await running.waitFor('controller.reloaded');
    expect(readFileSync(join(folder, 'run.pid'), 'utf8')).toBe(`${running.pid}\n`);
    running.signal('SIGINT');
    expect((await running.finished).code).toBe(0);
    expect(existsSync(join(folder, 'run.pid'))).toBe(false);
  });

  test('a file that another process has taken over is left alone', async () => {
    const folder = temporaryFolder();
    const running = start([...free, '-e', 'run.pid', '-U', 'sockets'], { cwd: folder });
    await running.waitFor('controller.started');
    running.signal('SIGHUP');
    await running.waitFor('controller.reloaded');
    writeFileSync(join(folder, 'run.pid'), '1\n');
    running.signal('SIGTERM');
    expect((await running.finished).code).toBe(0);
    expect(readFileSync(join(folder, 'run.pid'), 'utf8')).toBe('1\n');
  });

  test.each([[[]], [['-D']]])('a file that cannot be written: SCR_PID_FILE, exit 1 %j', async (daemon: string[]) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'pid'));
    const { code, stderr } = await run([...daemon, ...free, '-e', 'pid', '-U', 'sockets'], { cwd: folder });
    expect(messagesIn(stderr)).toBe(
      "sc_remoted: SCR_PID_FILE: pid: the pid file cannot be written (EISDIR: illegal operation on a directory, open '" +
        `${folder}/pid'); check the path given with -e and its permissions\n`,
    );
    expect(code).toBe(1);
    expect(linesOf(stderr)).toEqual([]); // told before anything is opened
  });

  test('a link is not followed: SCR_PID_FILE, and what it leads to stays as it was', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'precious'), 'gold');
    symlinkSync('precious', join(folder, 'run.pid'));
    const { code, stderr } = await run([...free, '-e', 'run.pid', '-U', 'sockets'], { cwd: folder });
    expect(messagesIn(stderr)).toMatch(/^sc_remoted: SCR_PID_FILE: run\.pid: .*ELOOP/);
    expect(code).toBe(1);
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('gold');
  });

  test('no room to write it: SCR_PID_FILE, and no empty file stays', async () => {
    const folder = temporaryFolder();
    // A limit of 0 on the size of files is to a write what a full disk is.
    const { code, stderr } = await startLimited('-f 0', [...free, '-e', 'run.pid', '-U', 'sockets'], folder).finished;
    expect(messagesIn(stderr)).toMatch(/^sc_remoted: SCR_PID_FILE: run\.pid: .*EFBIG/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'run.pid'))).toBe(false);
  });

  test('in a folder that is not there: SCR_PID_FILE before anything is opened', async () => {
    const { code, stderr } = await run([...free, '-e', 'nowhere/pid']);
    expect(stderr).toMatch(/^sc_remoted: SCR_PID_FILE: nowhere\/pid: the pid file cannot be written \(ENOENT: .*\n$/);
    expect(code).toBe(1);
  });

  test.each([[[]], [['-D']]])(
    'a file of another controller that lives: SCR_PID_TAKEN before anything is opened, the file stays %j',
    async (daemon: string[]) => {
      const folder = temporaryFolder();
      const other = start([...free, '-U', 'others'], { cwd: folder });
      await other.waitFor('controller.started');
      writeFileSync(join(folder, 'run.pid'), `${other.pid}\n`);
      const { code, stderr } = await run([...daemon, ...free, '-e', 'run.pid'], { cwd: folder });
      expect(stderr).toBe(
        `sc_remoted: SCR_PID_TAKEN: run.pid: ${other.pid}: the pid file is that of a controller that runs; stop that controller, ` +
          'or give another file with -e; remove the file if it is not in use\n',
      );
      expect(code).toBe(1);
      expect(readFileSync(join(folder, 'run.pid'), 'utf8')).toBe(`${other.pid}\n`);
    },
  );

  test.each([
    ['of a process that is gone', '4194305\n'],
    // Linux alone tells a process's name in /proc.
    ...(process.platform === 'linux' ? [['with an ID that another program has by now', `${process.pid}\n`]] : []),
    ['that is empty', ''],
    ['with something else in it', 'none\n'],
    ['that is short of a number', '0\n'],
  ])('a file %s is written over', async (_what, content) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'run.pid'), content);
    const running = start([...free, '-e', 'run.pid'], { cwd: folder });
    await running.waitFor('controller.started');
    running.signal('SIGHUP');
    await running.waitFor('controller.reloaded');
    expect(readFileSync(join(folder, 'run.pid'), 'utf8')).toBe(`${running.pid}\n`);
  });
});
