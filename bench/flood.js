/**
 * How an instance and newcomers fare while one address floods the port: `npm run build && node bench/flood.js` (with `tcp` or
 * `tls`: only over that). By hand, on a machine that has nothing else to do; it takes about four minutes. The flood comes from 127.0.0.2 and a process of its own.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { SimScamper } from '../dist/testing/index.js';

const FLOODER = '127.0.0.2';
const OTHER = '127.0.0.3';
/** Connections that the flood holds open at a time. */
const HELD = 6_000;
/** Connections that it makes at a time. More would fill the kernel's queue, and measure its patience. */
const AT_ONCE = 200;
const SECONDS = 8;

const self = fileURLToPath(import.meta.url);

// ---- the flood

function flood(kind, port) {
  let [open, made, connecting] = [0, 0, 0];
  const more = () => {
    while (connecting < AT_ONCE && open < HELD) begin();
    setTimeout(more, 1);
  };
  const begin = () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: FLOODER });
    let begun = true;
    const settle = () => {
      if (begun) connecting--;
      begun = false;
    };
    open++;
    connecting++;
    socket
      .on('error', () => undefined)
      .on('close', () => {
        settle();
        open--;
      });
    socket.on('connect', () => {
      settle();
      made++;
      if (kind === 'nonsense') socket.end('GET / HTTP/1.0\r\n\r\n');
      else if (kind === 'strangers') strange(socket);
      else socket.resume();
    });
  };
  process.on('message', () => process.send({ made }));
  process.on('disconnect', () => process.exit());
  more();
}

function strange(socket) {
  new SimScamper(socket).attach().then(
    () => socket.destroy(),
    () => undefined,
  );
}

// ---- the controller

async function startController(folder, tls) {
  const secure = tls ? `['tls', { cert: 'cert.pem', key: 'key.pem' }], ` : '';
  if (tls) {
    const subject = ['-subj', '/CN=localhost', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...key, ...subject], { stdio: 'ignore' });
  }
  writeFileSync(
    join(folder, 'c.mjs'),
    `export default { plugins: ['tcp', ${secure}'unix-export', 'access', 'zombie'] };\n`,
  );
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const flags = ['--config', 'c.mjs', '-P', '127.0.0.1:0', '-U', 's', '--log-file', 'log'];
  const child = spawn(process.execPath, [main, ...flags], { cwd: folder, stdio: 'inherit' });
  for (;;) {
    await sleep(50);
    const line = linesOf(folder).find(({ event }) => event === 'tcp.listening');
    if (line !== undefined) return { child, port: line.port };
  }
}

function linesOf(folder) {
  try {
    const whole = readFileSync(join(folder, 'log'), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'));
    return whole.map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

// ---- who must not suffer

function dial(port, tls, localAddress) {
  const target = { port, host: '127.0.0.1', localAddress, noDelay: true };
  if (!tls) return connect(target);
  return connectTls({ rejectUnauthorized: false, socket: connect(target) });
}

/** Attaches from an address. @returns undefined where it was not let in */
async function attach(port, tls, address) {
  const scamper = new SimScamper(dial(port, tls, address));
  try {
    return { scamper, name: await scamper.attach() };
  } catch {
    return undefined;
  }
}

/** Asks and waits for the answer, again and again. @returns how long each took */
async function askAndAnswer(path, seconds) {
  const socket = connect({ path });
  const answered = () =>
    new Promise((resolve) => {
      let text = '';
      const read = (chunk) => {
        text += chunk;
        if (!text.endsWith('MORE\n')) return;
        socket.off('data', read);
        resolve();
      };
      socket.on('data', read);
    });
  await answered();
  const took = [];
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    const begun = performance.now();
    const answer = answered();
    socket.write('ping\n');
    await answer;
    took.push(performance.now() - begun);
  }
  socket.destroy();
  return took.sort((a, b) => a - b);
}

async function newcomers(port, tls, address, seconds) {
  const took = [];
  let attempts = 0;
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    const begun = performance.now();
    const one = await attach(port, tls, address);
    attempts++;
    if (one !== undefined) took.push(performance.now() - begun);
    one?.scamper.cut();
    await sleep(one === undefined ? 50 : 100);
  }
  return { took: took.sort((a, b) => a - b), attempts };
}

// ---- what is told

const at = (sorted, share) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(2);

function tell(what, { answers, other, own, made, bytes }) {
  const attached = ({ took, attempts }) =>
    `${took.length} in ${attempts} attempts, p50 ${at(took, 0.5)} p99 ${at(took, 0.99)} ms`;
  const rate = Math.round(answers.length / SECONDS);
  console.log(`${what}: ${Math.round(made / SECONDS)} connections/s of the flood, ${bytes} octets of log`);
  console.log(
    `  answers: ${rate}/s, p50 ${at(answers, 0.5)} p99 ${at(answers, 0.99)} ms, longest ${at(answers, 1)} ms`,
  );
  console.log(`  attached from another address: ${attached(other)}`);
  console.log(`  attached from the address of the flood: ${attached(own)}`);
}

async function measure(what, kind, { folder, port, tls, path }) {
  const flooder = kind === undefined ? undefined : fork(self, [kind, String(port)]);
  const madeSoFar = () =>
    new Promise((resolve) => {
      if (flooder === undefined) return resolve(0);
      flooder.once('message', ({ made }) => resolve(made));
      flooder.send('made?');
    });
  await sleep(kind === undefined ? 1_000 : 30_000); // past what may come at once
  const [before, size] = [await madeSoFar(), statSync(join(folder, 'log')).size];
  const [answers, other, own] = await Promise.all([
    askAndAnswer(path, SECONDS),
    newcomers(port, tls, OTHER, SECONDS),
    newcomers(port, tls, FLOODER, SECONDS),
  ]);
  const made = (await madeSoFar()) - before;
  tell(what, { answers, other, own, made, bytes: statSync(join(folder, 'log')).size - size });
  flooder?.kill();
  await sleep(1_000);
}

async function run(tls) {
  const folder = mkdtempSync(join(tmpdir(), 'flood-'));
  const { child, port } = await startController(folder, tls);
  const first = await attach(port, tls, '127.0.0.1');
  if (first === undefined) throw new Error('nobody can attach, and there is no flood yet');
  const { name, scamper } = first;
  const alive = setInterval(() => scamper.keepalive(), 10_000);
  const place = { folder, port, tls, path: join(folder, 's', name) };
  const over = tls ? 'TLS' : 'TCP';
  try {
    await measure(`${over}, no flood`, undefined, place);
    await measure(`${over}, silent connections`, 'silent', place);
    await measure(`${over}, nonsense`, 'nonsense', place);
    if (!tls) await measure(`${over}, strangers that attach and leave`, 'strangers', place);
  } finally {
    clearInterval(alive);
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(folder, { recursive: true });
  }
}

const [kind, port] = process.argv.slice(2);
if (port !== undefined) flood(kind, Number(port));
else for (const tls of kind === undefined ? [false, true] : [kind === 'tls']) await run(tls);
