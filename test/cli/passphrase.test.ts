import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  find,
  gone,
  inLogFile,
  lives,
  pidOf,
  portIn,
  linesOf,
  run,
  startDaemon,
  temporaryFolder,
} from './support/command.js';
import { hasScript, startOnTerminal } from './support/terminal.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const question = 'Passphrase of ';
const passphrase = 'correct horse';

/** A folder with a certificate and its key; the key has a passphrase. */
function folderWithCertificate(): string {
  const folder = temporaryFolder();
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-keyout',
    'key.pem',
    '-passout',
    `pass:${passphrase}`,
  ];
  const request = ['req', '-x509', ...key, '-out', 'cert.pem', '-subj', '/CN=localhost', '-days', '2'];
  execFileSync('openssl', request, { cwd: folder, stdio: 'ignore' });
  return folder;
}

const tls = ['-P', '127.0.0.1:0', '-c', 'cert.pem', '-p', 'key.pem', '--log-file', 'log'];

/** The nth time that it asks. */
function asked(times: number): (running: { stdout: string }) => true | undefined {
  return ({ stdout }) => (stdout.split(question).length > times ? true : undefined);
}

async function handshakes(port: number): Promise<string | null> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket.getProtocol();
}

describe.skipIf(!hasScript || !hasOpenssl)('a key with a passphrase (needs script of util-linux, and openssl)', () => {
  test('-D asks before it leaves the terminal, up to three times, without echo', async () => {
    const folder = folderWithCertificate();
    const terminal = startOnTerminal(['-D', ...tls], folder);
    await terminal.until(asked(1));
    terminal.type('wrong one\r');
    await terminal.until(asked(2));
    terminal.type('wrong two\r');
    await terminal.until(asked(3));
    expect(lives(terminal.pid)).toBe(true);
    terminal.type(`${passphrase}\r`);
    const { code, stdout } = await terminal.finished;
    expect(stdout.split('\r\n')).toEqual([
      `Passphrase of ${folder}/key.pem: `,
      `Wrong passphrase. Passphrase of ${folder}/key.pem: `,
      `Wrong passphrase. Passphrase of ${folder}/key.pem: `,
      '',
    ]);
    expect(code).toBe(0);
    const pid = await pidOf(folder);
    const log = linesOf(readFileSync(join(folder, 'log'), 'utf8'));
    expect(await handshakes(portIn(log))).toBe('TLSv1.3');
    // A reload has nobody to ask, and needs nobody.
    process.kill(pid, 'SIGHUP');
    await inLogFile(join(folder, 'log'), 'tls.reloaded');
    expect(await handshakes(portIn(log))).toBe('TLSv1.3');
    process.kill(pid, 'SIGTERM');
    await gone(pid);
  });

  test('-D: wrong three times is the end, exit 1', async () => {
    const folder = folderWithCertificate();
    const terminal = startOnTerminal(['-D', ...tls], folder);
    for (const attempt of [1, 2, 3]) {
      await terminal.until(asked(attempt));
      terminal.type(`wrong ${attempt}\r`);
    }
    const { code, stdout } = await terminal.finished;
    expect(stdout.trimEnd().split('\r\n').at(-1)).toBe(
      `sc_remoted: SCR_TLS_PASSPHRASE: ${folder}/key.pem: 3 attempts: the passphrase of the private key is wrong or missing; ` +
        'give it on the terminal, or with passphraseFile or passphraseEnv',
    );
    expect(stdout).not.toMatch(/wrong \d/);
    expect(code).toBe(1);
    expect(() => readFileSync(join(folder, 'pid'))).toThrow('ENOENT');
  });

  test.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('-D: %s at the question gives up, exit 1', async (_name, key) => {
    const terminal = startOnTerminal(['-D', ...tls], folderWithCertificate());
    await terminal.until(asked(1));
    terminal.type(key);
    const { code, stdout } = await terminal.finished;
    expect(stdout).toContain('SCR_TLS_PASSPHRASE');
    expect(stdout).toContain('(nothing was typed)');
    expect(code).toBe(1);
  });

  test('in the foreground it asks too', async () => {
    const folder = folderWithCertificate();
    const terminal = startOnTerminal(tls, folder);
    await terminal.until(asked(1));
    terminal.type(`${passphrase}\r`);
    const { port } = await inLogFile(join(folder, 'log'), 'tcp.listening');
    await inLogFile(join(folder, 'log'), 'controller.started');
    expect(await handshakes(Number(port))).toBe('TLSv1.3');
    terminal.type('\x03'); // the terminal sends SIGINT
    expect((await terminal.finished).code).toBe(0);
  });

  test.each([[[]], [['-D']]])(
    'the end of the terminal at the question is the end of the start %j',
    async (daemon: string[]) => {
      const folder = folderWithCertificate();
      const terminal = startOnTerminal([...daemon, ...tls], folder);
      await terminal.until(asked(1));
      const { pid } = await inLogFile(join(folder, 'log'), 'tcp.listening');
      terminal.signal('SIGKILL'); // the terminal's side hangs up
      expect(await inLogFile(join(folder, 'log'), 'start.failed')).toMatchObject({
        code: 'SCR_TLS_PASSPHRASE',
        cause: 'the terminal was left',
      });
      await gone(Number(pid));
      expect(find(linesOf(readFileSync(join(folder, 'log'), 'utf8')), 'uncaught')).toBeUndefined();
    },
  );

  test('-D without a terminal says that nobody can be asked, exit 1', async () => {
    const folder = folderWithCertificate();
    const { code, stderr } = await run(['-D', ...tls], { cwd: folder, detached: true });
    expect(stderr).toBe(
      `sc_remoted: SCR_TLS_PASSPHRASE: ${folder}/key.pem: the passphrase of the private key is wrong or missing ` +
        '(there is no terminal to ask on); give it on the terminal, or with passphraseFile or passphraseEnv\n',
    );
    expect(code).toBe(1);
  });

  test('a file with the passphrase needs no terminal', async () => {
    const folder = folderWithCertificate();
    writeFileSync(join(folder, 'secret'), `${passphrase}\n`, { mode: 0o600 });
    const plugins = [['tls', { cert: 'cert.pem', key: 'key.pem', passphraseFile: 'secret' }]];
    writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify({ plugins }));
    const { parent, pid } = await startDaemon(folder, ['-P', '127.0.0.1:0', '--log-file', 'log']);
    expect(parent).toMatchObject({ code: 0, stderr: '' });
    const log = readFileSync(join(folder, 'log'), 'utf8');
    expect(await handshakes(portIn(linesOf(log)))).toBe('TLSv1.3');
    expect(log).not.toContain(passphrase);
    process.kill(pid, 'SIGINT');
    await gone(pid);
  });
});
