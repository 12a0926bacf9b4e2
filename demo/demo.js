/**
 * A controller with simulated vantage points all over the world, for someone without scamper: its page shows them come and go,
 * sockets appear, and one of them gives an answer. It goes on until Ctrl-C; with --once it ends by itself.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createController } from 'sc-remoted';
import { TestLog, memoryTransport } from 'sc-remoted/plugin-sdk/testing';
import { ask } from './client.js';
import { comeAndGo, measureAlways, pick, randomNumbers } from './life.js';
import { metadataFile, places } from './places.js';
import { VantagePoint } from './vantage-point.js';
import { yesterday } from './yesterday.js';

/** They are named, and never come. */
const MISSING = ['anc-us', 'ktm-np'];
/** They were lost before the demo, and stay so. */
const LOST = ['per-au'];
const COMMAND = 'ping -c 1 192.0.2.1';

const random = randomNumbers();

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** What the controller reads at its start. @returns its plugins */
function prepare(directory, world) {
  const [state, sockets, file] = ['state', 'sockets', 'vps.json'].map((name) => join(directory, name));
  mkdirSync(state, { mode: 0o700 });
  const seen = places.map(({ name }) => name).filter((name) => !MISSING.includes(name));
  writeFileSync(join(state, 'vps'), yesterday(seen, Date.now(), random), { mode: 0o600 });
  writeFileSync(file, metadataFile());
  return [
    ['tcp', { listen: '127.0.0.1:0' }],
    world.plugin,
    ['metadata', { file }],
    ['unix-export', { directory: sockets }],
    'access',
    ['zombie', { time: '20s' }],
    ['status', { socket: join(directory, 'control'), listen: 0, state }],
  ];
}

async function main(once) {
  const directory = mkdtempSync(join(tmpdir(), 'sc-remoted-demo-'));
  const log = new TestLog();
  const world = memoryTransport('world');
  const controller = await createController({ plugins: prepare(directory, world), logger: log });
  await controller.start();
  const url = log.lines.map(({ fields }) => fields.url).find((one) => one !== undefined);
  say(`The page is at ${url}`);
  const { port } = (await log.waitFor('tcp.listening')).fields;
  say(
    `The controller listens on 127.0.0.1 port ${port}, for a scamper of yours. Its sockets are in ${directory}/sockets:`,
  );

  const there = places.filter(({ name }) => ![...MISSING, ...LOST].includes(name));
  const vantagePoints = there.map((place) => new VantagePoint(place, (peer) => world.dial({ peer })));
  await Promise.all(vantagePoints.map((one) => one.attach()));
  const sockets = () => readdirSync(join(directory, 'sockets')).map((name) => join(directory, 'sockets', name));
  const [first, ...others] = sockets();
  say(`  ${first}\n  and ${others.length} more`);

  say(`One of them is asked: ${COMMAND}`);
  const [answer = 'no answer'] = await ask(first, [COMMAND]);
  say(`  ${answer}`);

  if (!once) {
    say(`More to ask: socat - UNIX-CONNECT:${first}   Ctrl-C ends the demo.`);
    void comeAndGo(vantagePoints, random);
    void measureAlways((commands) => ask(pick(sockets(), random), commands), random);
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  }
  const shown = await (await fetch(`${url}api/v1/status`)).json();
  await controller.stop();
  rmSync(directory, { recursive: true, force: true });
  return !once || (answer.includes(COMMAND) && shown.vps.connected === there.length) ? 0 : 1;
}

process.exit(await main(process.argv.includes('--once')));
