import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SimScamper } from 'sc-remoted/plugin-sdk/testing';
import { connect } from 'node:net';
import { parseRelayArguments } from '../lib/relay-arguments.js';
import { start, temporaryFolder } from '../support/bench.js';

const command = fileURLToPath(new URL('../bin/relay.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('what is not given has defaults', () => {
  assert.deepEqual(parseRelayArguments(['ws://host/vp']), {
    url: 'ws://host/vp',
    endpoint: { host: '127.0.0.1', port: 31_337 },
    headers: {},
    tls: {},
  });
});

test('everything may be given', () => {
  const given = parseRelayArguments(['--listen', '[::1]:99', 'wss://host:8443', '--proxy', 'http://proxy:3128']);
  assert.equal(given.url, 'wss://host:8443/');
  assert.deepEqual(given.endpoint, { host: '::1', port: 99 });
  assert.equal(given.proxy, 'http://proxy:3128/');
  assert.deepEqual(parseRelayArguments(['ws://h', '--listen', '99']).endpoint, { host: '127.0.0.1', port: 99 });
});

const mistakes = [
  [[], 'give one URL to connect to'],
  [['ws://a', 'ws://b'], 'give one URL to connect to'],
  [['https://a'], 'https://a: write a URL that begins with ws:// or wss://'],
  [['host:80'], 'host:80: write a URL that begins with ws:// or wss://'],
  [['ws://a', '--proxy', 'socks://b'], 'socks://b: write a URL that begins with http:// or https://'],
  [['ws://a', '--listen', 'localhost:1'], '--listen localhost:1: write port, ip:port or [ip6]:port'],
  [['ws://a', '--cert', 'x'], '--cert and --key go together'],
  [['ws://a', '--ca', '/no/file'], /^\/no\/file cannot be read: ENOENT/],
  [['ws://a', '--fast'], /^Unknown option '--fast'/],
];
for (const [args, message] of mistakes) {
  test(`a mistake: ${args.join(' ')}`, () => {
    assert.throws(() => parseRelayArguments(args), { message });
  });
}

test('a header that is none is told by its place, not by what is in it', async (t) => {
  const file = join(await temporaryFolder(t), 'headers');
  await writeFile(file, 'X-One: 1\nsecret without a name\n');
  const message = "header 2 of the file is not 'Name: value'";
  assert.throws(() => parseRelayArguments(['ws://a', '--header-file', file]), { message });
});

test('the command tells a mistake with its usage, and exits 1', () => {
  const { status, stdout, stderr } = run('https://a');
  assert.deepEqual([status, stdout], [1, '']);
  const told =
    /^scamper-websocket-relay: https:\/\/a: write a URL .*\nusage: scamper-websocket-relay URL \[.*\n.*\]\n$/;
  assert.match(stderr, told);
});

test('--help and --version', () => {
  const help = run('--help');
  assert.deepEqual([help.status, help.stderr], [0, '']);
  assert.match(help.stdout, /^usage: scamper-websocket-relay URL/);
  assert.deepEqual(run('--version'), { status: 0, stdout: `${version}\n`, stderr: '' });
});

test('the command relays until it is told to stop, and exits 0', async (t) => {
  const { url, instance } = await start(t);
  const child = spawn(process.execPath, [command, url, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(child.stderr.setEncoding('utf8'), 'data');
  const [, port] = /^scamper-websocket-relay: listening on 127\.0\.0\.1 port (\d+) for ws:.*\n$/.exec(line);
  const scamper = new SimScamper(connect(Number(port), '127.0.0.1'));
  await scamper.attach();
  assert.equal(instance().transport, 'websocket');
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
  await scamper.closed;
});
