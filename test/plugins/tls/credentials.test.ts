import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createController } from '../../../index.js';
import { type Prompt, TlsServer } from '../../../plugin-sdk/index.js';
import { FakeClock, type LogLine, SimScamper, TestLog, memoryPair } from '../../../testing/index.js';
import { Authority, type Pair, encrypt } from '../support/certificates.js';
import { tempDirectory } from '../support/local.js';
import { listens, portsIn } from '../support/remote.js';
import {
  SERVER_NAME,
  type Secured,
  authority,
  dialScamper,
  dialTls,
  secured,
  server,
  writePair,
} from '../support/tls.js';

const PASSPHRASE = 'correct horse';
const another = await authority.issue({ dns: [SERVER_NAME] });
const locked: Pair = { cert: server.cert, key: encrypt(server.key, PASSPHRASE) };

interface Files {
  readonly pair?: Pair;
  readonly ca?: string;
  readonly options?: object;
  readonly prompt?: Prompt;
}

/** Makes a controller with these files. */
async function made({ pair = server, ca, options = {}, prompt }: Files) {
  const directory = tempDirectory();
  writePair(directory, pair, ca);
  const log = new TestLog();
  const controller = await createController({
    plugins: [
      ['tcp', { listen: '127.0.0.1:0' }],
      ['tls', { cert: 'cert.pem', key: 'key.pem', ...(ca !== undefined && { ca: 'ca.pem' }), ...options }],
    ],
    directory,
    logger: log,
    ...(prompt !== undefined && { prompt }),
  });
  onTestFinished(() => controller.stop());
  return { controller, directory, log };
}

/** Why a controller with these files does not start. Nothing listens then. */
async function startFailure(files: Files): Promise<unknown> {
  const { controller, log } = await made(files);
  const failure = await controller.start().then(
    () => 'started',
    (thrown: unknown) => thrown,
  );
  expect(await listens(portsIn(log)[0] ?? 0)).toBe(false);
  expect(JSON.stringify(log.lines)).not.toContain(PASSPHRASE);
  return failure;
}

/** Somebody at a terminal, who gives these answers in turn. */
function somebody(...answers: readonly string[]): Prompt & { readonly questions: string[] } {
  const questions: string[] = [];
  const prompt = (question: string): Promise<string> => {
    const answer = answers[questions.length];
    questions.push(question);
    return answer === undefined ? Promise.reject(new Error('the terminal was closed')) : Promise.resolve(answer);
  };
  return Object.assign(prompt, { questions });
}

// ---- files

test.each(['cert', 'key', 'ca'])('a missing file fails the start: %s', async (option) => {
  expect(await startFailure({ ca: authority.cert, options: { [option]: 'missing.pem' } })).toMatchObject({
    code: 'SCR_TLS_FILE',
    message: 'missing.pem: the file cannot be read',
    remedy: 'check the path and its permissions',
    cause: { code: 'ENOENT' },
  });
});

test.each(['cert', 'key'])('%s must be given', async (option) => {
  const options = { cert: 'cert.pem', key: 'key.pem', [option]: undefined };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  await expect(createController({ plugins: [['tls', given]] })).rejects.toMatchObject({
    code: 'SCR_CONFIG_INVALID',
    problems: [`plugins: plugin tls: ${option}: missing`],
  });
});

const edwards = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const middle = await authority.intermediate('In between');
const leaf = await middle.issue({ dns: [SERVER_NAME] });

test.each<{ name: string; pair: Pair; file?: string; cause: string }>([
  {
    name: 'the key of another certificate',
    pair: { cert: server.cert, key: another.key },
    cause: 'the key is not the one of the first certificate',
  },
  {
    name: 'a key of another kind',
    pair: { cert: server.cert, key: edwards },
    cause: 'the key is not the one of the first certificate',
  },
  {
    name: 'a chain in the wrong order',
    pair: { cert: middle.cert + leaf.cert, key: leaf.key },
    cause: 'the key is not the one of the first certificate',
  },
  {
    name: 'the files swapped',
    pair: { cert: server.key, key: server.cert },
    file: 'cert.pem',
    cause: 'there is no certificate in it',
  },
  {
    name: 'an empty certificate file',
    pair: { cert: '', key: server.key },
    file: 'cert.pem',
    cause: 'there is no certificate in it',
  },
  {
    name: 'garbage for a certificate',
    pair: { cert: 'garbage', key: server.key },
    file: 'cert.pem',
    cause: 'there is no certificate in it',
  },
  { name: 'a certificate that is cut off', pair: { cert: server.cert.slice(0, 200), key: server.key }, cause: '' },
  { name: 'a chain that is cut off', pair: { cert: leaf.cert + middle.cert.slice(0, 200), key: leaf.key }, cause: '' },
  {
    name: 'an empty key file',
    pair: { cert: server.cert, key: '' },
    file: 'key.pem',
    cause: 'there is no key in it',
  },
  {
    name: 'garbage for a key',
    pair: { cert: server.cert, key: 'garbage' },
    file: 'key.pem',
    cause: 'there is no key in it',
  },
])(
  'certificate and key that are no pair fail the start: $name',
  async ({ pair, cause, file = 'cert.pem, key.pem' }) => {
    expect(await startFailure({ pair })).toMatchObject({
      code: 'SCR_TLS_PAIR',
      message: `${file}: certificate and key cannot be used together`,
      remedy: 'give the PEM files of one pair, the certificate with its chain',
      cause: { message: expect.stringContaining(cause) },
    });
  },
);

test.each<{ name: string; ca: string }>([
  { name: 'nothing', ca: '' },
  { name: 'garbage', ca: 'garbage' },
  { name: 'a key', ca: server.key },
  { name: 'garbage between the right lines', ca: '-----BEGIN CERTIFICATE-----\ngarbage\n-----END CERTIFICATE-----\n' },
  { name: 'a certificate that is cut off', ca: authority.cert.slice(0, 300) },
  { name: 'a certificate that is cut off after a whole one', ca: authority.cert + server.cert.slice(0, 300) },
  {
    name: 'a certificate with a bad byte after a whole one',
    ca: authority.cert + middle.cert.replace(/\nMII[^]{40}/, '\nMIIx'),
  },
])('a CA file fails the start that holds $name', async ({ ca }) => {
  expect(await startFailure({ ca })).toMatchObject({
    code: 'SCR_TLS_CA',
    message: 'ca.pem: this is not a file of CA certificates',
    remedy: 'give a PEM file with the certificates of the authority',
    cause: { message: expect.any(String) as unknown },
  });
});

test('a certificate is one by its older label as well', async () => {
  const cert = server.cert.replaceAll(' CERTIFICATE-', ' X509 CERTIFICATE-');
  const { controller } = await made({ pair: { cert, key: server.key } });
  await controller.start();
  expect(controller.state).toBe('running');
});

test('before anything is loaded nobody is let in, and nothing is warned of', async () => {
  const [clock, log] = [new FakeClock(), new TestLog()];
  const prompt = (): Promise<string> => Promise.reject(new Error('nobody is there'));
  const tell = (): void => undefined;
  const early = new TlsServer({ clock, log, prompt, tell, resolvePath: (path) => path });
  const end = early.begin();
  const [stream] = memoryPair();
  await expect(early.secure(stream)).rejects.toMatchObject({ code: 'SCR_TLS_NOT_READY' });
  await clock.advance(86_400_000);
  expect(log.lines).toEqual([]);
  await end();
});

// ---- passphrases

async function attaches({ controller, log }: Awaited<ReturnType<typeof made>>): Promise<void> {
  await controller.start();
  await dialScamper(portsIn(log)[0] ?? 0).attach();
}

test.each(['pkcs8', 'traditional'] as const)(
  'a key with a passphrase is opened with what somebody types: %s',
  async (form) => {
    const prompt = somebody(PASSPHRASE);
    await attaches(await made({ pair: { cert: server.cert, key: encrypt(server.key, PASSPHRASE, form) }, prompt }));
    expect(prompt.questions).toEqual(['Passphrase of key.pem: ']);
  },
);

test('a wrong passphrase is asked for again, twice', async () => {
  const prompt = somebody('wrong', '', PASSPHRASE);
  await attaches(await made({ pair: locked, prompt }));
  expect(prompt.questions).toEqual([
    'Passphrase of key.pem: ',
    'Wrong passphrase. Passphrase of key.pem: ',
    'Wrong passphrase. Passphrase of key.pem: ',
  ]);
});

test('three wrong passphrases fail the start', async () => {
  const prompt = somebody('wrong', 'wrong', 'wrong', PASSPHRASE);
  expect(await startFailure({ pair: locked, prompt })).toMatchObject({
    code: 'SCR_TLS_PASSPHRASE',
    message: 'key.pem: 3 attempts: the passphrase of the private key is wrong or missing',
    remedy: 'give it on the terminal, or with passphraseFile or passphraseEnv',
  });
  expect(prompt.questions).toHaveLength(3);
});

test.each([
  { name: 'there is nobody to ask', cause: 'nobody can be asked: Passphrase of key.pem: ' },
  { name: 'the terminal is closed', prompt: somebody(), cause: 'the terminal was closed' },
])('the start fails when $name', async ({ prompt, cause }) => {
  expect(await startFailure({ pair: locked, ...(prompt !== undefined && { prompt }) })).toMatchObject({
    code: 'SCR_TLS_PASSPHRASE',
    message: 'key.pem: the passphrase of the private key is wrong or missing',
    cause: { message: cause },
  });
});

test('nobody is asked for the passphrase of a key without one', async () => {
  const prompt = somebody();
  await attaches(await made({ prompt, options: { passphraseFile: 'missing' } }));
  expect(prompt.questions).toEqual([]);
});

test.each([PASSPHRASE, `${PASSPHRASE}\n`, `${PASSPHRASE}\r\n`, `${PASSPHRASE}\nmore\n`])(
  'a passphrase comes from the first line of a file: %j',
  async (text) => {
    const prompt = somebody();
    const ready = await made({ pair: locked, prompt, options: { passphraseFile: 'passphrase' } });
    writeFileSync(join(ready.directory, 'passphrase'), text);
    await attaches(ready);
    expect(prompt.questions).toEqual([]);
  },
);

test('a key, and a passphrase, that everybody may read are warned of, until nobody else may', async () => {
  const { controller, directory, log } = await made({ pair: locked, options: { passphraseFile: 'passphrase' } });
  const files = ['key.pem', 'passphrase'];
  writeFileSync(join(directory, 'passphrase'), PASSPHRASE);
  for (const file of files) chmodSync(join(directory, file), 0o644);
  await controller.start();
  const exposed = () => log.of('tls.exposed').map(({ level, fields }) => [level, fields['file']]);
  expect(exposed()).toEqual(files.map((file) => ['warn', file]));
  for (const file of files) chmodSync(join(directory, file), 0o640); // a group of its own, as Debian's ssl-cert
  await controller.reload();
  expect(log.of('tls.reloaded')).toHaveLength(1);
  expect(exposed()).toHaveLength(2);
});

test('a passphrase comes from the environment', async () => {
  process.env['SCR_TEST_PASSPHRASE'] = PASSPHRASE;
  onTestFinished(() => void delete process.env['SCR_TEST_PASSPHRASE']);
  const prompt = somebody();
  await attaches(await made({ pair: locked, prompt, options: { passphraseEnv: 'SCR_TEST_PASSPHRASE' } }));
  expect(prompt.questions).toEqual([]);
});

test('where the environment has no passphrase, somebody is asked', async () => {
  const prompt = somebody(PASSPHRASE);
  await attaches(await made({ pair: locked, prompt, options: { passphraseEnv: 'SCR_TEST_NO_PASSPHRASE' } }));
  expect(prompt.questions).toHaveLength(1);
});

test('where there is nobody to ask either, the variable that is not set is named', async () => {
  const options = { passphraseEnv: 'SCR_TEST_NO_PASSPHRASE' };
  expect(await startFailure({ pair: locked, options })).toMatchObject({
    code: 'SCR_TLS_PASSPHRASE',
    cause: {
      message:
        'the environment variable SCR_TEST_NO_PASSPHRASE is not set, and nobody can be asked: Passphrase of key.pem: ',
    },
  });
});

test('a wrong passphrase in a file or in the environment fails the start without asking', async () => {
  process.env['SCR_TEST_WRONG'] = 'wrong';
  onTestFinished(() => void delete process.env['SCR_TEST_WRONG']);
  const prompt = somebody(PASSPHRASE);
  for (const options of [{ passphraseEnv: 'SCR_TEST_WRONG' }, { passphraseFile: 'cert.pem' }]) {
    expect(await startFailure({ pair: locked, prompt, options })).toMatchObject({
      code: 'SCR_TLS_PASSPHRASE',
      message: 'key.pem: the passphrase of the private key is wrong or missing',
    });
  }
  expect(prompt.questions).toEqual([]);
});

test('a missing passphrase file fails the start', async () => {
  expect(await startFailure({ pair: locked, options: { passphraseFile: 'missing' } })).toMatchObject({
    code: 'SCR_TLS_FILE',
    message: 'missing: the file cannot be read',
  });
});

test('a scamper that comes while the passphrase is typed waits for it', async () => {
  const terminal = new EventEmitter();
  const asked = once(terminal, 'question');
  const prompt = async (question: string): Promise<string> => {
    terminal.emit('question', question);
    const [answer] = (await once(terminal, 'answer')) as [string];
    return answer;
  };
  const ready = await made({ pair: locked, prompt });
  const start = ready.controller.start();
  await asked;
  const early = dialScamper(portsIn(ready.log)[0] ?? 0);
  const attached = early.attach();
  await once(early.stream, 'connect');
  terminal.emit('answer', PASSPHRASE);
  await start;
  expect(await attached).toMatch(/^127\.0\.0\.1:/);
  expect(ready.log.of('connection.refused')).toEqual([]);
});

// ---- reload

/** The certificate that a new connection is shown, once it is attached. */
async function shownTo({ port }: Secured): Promise<string> {
  const socket = dialTls(port);
  await new SimScamper(socket).attach();
  return socket.getPeerX509Certificate()?.fingerprint256 ?? '';
}

function fingerprint({ cert }: Pair): string {
  return new X509Certificate(cert).fingerprint256;
}

/** What a reload that failed told: code, message and cause. */
async function complaint({ bench }: Secured): Promise<string> {
  const { level, message, fields }: LogLine = await bench.log.waitFor('reload.failed');
  expect(level).toBe('error');
  expect(fields['plugin']).toBe('tls');
  return [fields['code'], message, fields['cause']].join(' | ');
}

test('a reload takes new files for new connections; those that are there go on', async () => {
  const made = await secured();
  const { bench } = made;
  const scamper = dialScamper(made.port);
  await scamper.attach();
  const client = bench.client();
  await client.until('MORE');
  expect(await shownTo(made)).toBe(fingerprint(server));
  writePair(made.directory, another);
  await bench.controller.reload();
  expect(bench.log.of('tls.reloaded')).toMatchObject([{ level: 'info', fields: { plugin: 'tls', file: 'cert.pem' } }]);
  expect(bench.log.of('reload.failed')).toEqual([]);
  expect(await shownTo(made)).toBe(fingerprint(another));
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
  expect(scamper.violation).toBeUndefined();
});

test('a reload takes other paths from the configuration', async () => {
  const made = await secured();
  writeFileSync(join(made.directory, 'new-cert.pem'), another.cert);
  writeFileSync(join(made.directory, 'new-key.pem'), another.key);
  await made.bench.controller.reload([made.entry({ cert: 'new-cert.pem', key: 'new-key.pem' })]);
  expect(await shownTo(made)).toBe(fingerprint(another));
});

test.each<{ name: string; spoil: (directory: string) => void; told: string }>([
  {
    name: 'is no pair',
    spoil: (directory) => writePair(directory, { cert: another.cert, key: server.key }),
    told: 'certificate and key cannot be used together',
  },
  {
    name: 'is garbage',
    spoil: (directory) => writePair(directory, { cert: 'garbage', key: 'garbage' }),
    told: 'certificate and key cannot be used together',
  },
  {
    name: 'is half missing',
    spoil: (directory) => rmSync(join(directory, 'key.pem')),
    told: 'key.pem: the file cannot be read',
  },
  {
    name: 'needs a passphrase that nobody can type',
    spoil: (directory) => writePair(directory, locked),
    told: 'key.pem: the passphrase of the private key is wrong or missing',
  },
])('a new pair that $name is told of, and the old one kept', async ({ spoil, told }) => {
  const made = await secured();
  const scamper = dialScamper(made.port);
  await scamper.attach();
  spoil(made.directory);
  await made.bench.controller.reload();
  expect(await complaint(made)).toContain(told);
  expect(made.bench.log.of('tls.reloaded')).toEqual([]);
  expect(await shownTo(made)).toBe(fingerprint(server));
  expect(scamper.stream.destroyed).toBe(false);
  writePair(made.directory, another);
  await made.bench.controller.reload();
  expect(await shownTo(made)).toBe(fingerprint(another));
});

test('nobody is asked again at a reload', async () => {
  const prompt = somebody(PASSPHRASE);
  const made = await secured({ pair: locked, prompt });
  writePair(made.directory, { cert: another.cert, key: encrypt(another.key, PASSPHRASE) });
  await made.bench.controller.reload();
  expect(await shownTo(made)).toBe(fingerprint(another));
  expect(prompt.questions).toHaveLength(1);
});

test('a new key with another passphrase is asked for; the old pair is kept where nobody answers', async () => {
  const prompt = somebody(PASSPHRASE);
  const made = await secured({ pair: locked, prompt });
  writePair(made.directory, { cert: another.cert, key: encrypt(another.key, 'a new passphrase') });
  await made.bench.controller.reload();
  expect(await complaint(made)).toContain('key.pem: the passphrase of the private key is wrong or missing');
  expect(prompt.questions).toHaveLength(2);
  expect(await shownTo(made)).toBe(fingerprint(server));
});

test('a passphrase file is read anew at a reload', async () => {
  const directory = tempDirectory();
  const file = join(directory, 'passphrase');
  writeFileSync(file, PASSPHRASE);
  const made = await secured({ pair: locked, options: { passphraseFile: file } });
  writePair(made.directory, { cert: another.cert, key: encrypt(another.key, 'a new passphrase') });
  writeFileSync(file, 'a new passphrase\n');
  await made.bench.controller.reload();
  expect(await shownTo(made)).toBe(fingerprint(another));
});

test('a reload changes whose client certificates are trusted; a bad CA file changes nothing', async () => {
  const [before, after] = [await Authority.create('Before'), await Authority.create('After')];
  const made = await secured({ ca: before.cert });
  const { bench, port } = made;
  const old = { shows: await before.issue({ dns: ['old'] }), monitorName: 'old' };
  const fresh = { shows: await after.issue({ dns: ['fresh'] }), monitorName: 'fresh' };
  const staying = dialScamper(port, old);
  await staying.attach();
  await expect(dialScamper(port, fresh).attach()).rejects.toThrow('the connection ended');

  writePair(made.directory, server, 'garbage');
  await bench.controller.reload();
  expect(await complaint(made)).toContain('ca.pem: this is not a file of CA certificates');
  await dialScamper(port, old).attach();

  writePair(made.directory, server, after.cert);
  await bench.controller.reload();
  await dialScamper(port, fresh).attach();
  await expect(dialScamper(port, old).attach()).rejects.toThrow('the connection ended');
  const client = bench.client(bench.controller.instances[0]);
  await client.until('MORE');
  expect(staying.violation).toBeUndefined();
});
