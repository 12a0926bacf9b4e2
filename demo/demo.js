/**
 * A controller with simulated vantage points, for someone without scamper: sockets appear, and one of them gives an answer.
 * It goes on until Ctrl-C; with --once it ends by itself.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createController } from 'sc-remoted';
import { SimClient, SimScamper, TestLog, answering } from 'sc-remoted/plugin-sdk/testing';

const vantagePoints = { 'ams.example': 9, 'lax.example': 142, 'nrt.example': 231 };
const command = 'ping -c 1 192.0.2.1';

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Dials in as scamper does, with -M and a name; its answers are made up, and text where scamper sends warts. */
async function startVantagePoint(port, name, rtt) {
  const script = answering((line) => `${name} pretends: "${line}" was answered in ${rtt} ms`);
  const scamper = new SimScamper(connect(port, '127.0.0.1'), { monitorName: name, script });
  await scamper.attach();
  setInterval(() => scamper.keepalive(), 20_000).unref();
}

/** Asks one instance, as `sc_attach -R` would. @returns what it answered */
async function ask(socket) {
  const client = new SimClient(connect({ path: socket, allowHalfOpen: true }));
  await client.until('MORE\n');
  client.send(`${command}\n`);
  await client.until('`\nMORE\n');
  client.send('done\n');
  await client.end;
  return client.text;
}

/** The text in the uuencoded block behind a DATA line. */
function decode(answer) {
  const header = /^DATA (\d+).*\n/m.exec(answer);
  if (header === null) return 'no answer';
  const start = header.index + header[0].length;
  const lines = answer.slice(start, start + Number(header[1])).split('\n');
  return lines.map(decodeLine).join('');
}

/** A digit for the length, then four digits of six bits for three octets. */
function decodeLine(line) {
  const [length = 0, ...digits] = [...Buffer.from(line)].map((digit) => (digit - 32) & 63);
  const bits = digits.map((digit) => digit.toString(2).padStart(6, '0')).join('');
  const octets = bits.match(/.{8}/g) ?? [];
  return String.fromCharCode(...octets.slice(0, length).map((octet) => parseInt(octet, 2)));
}

async function main(once) {
  const directory = mkdtempSync(join(tmpdir(), 'sc-remoted-demo-'));
  const log = new TestLog();
  const plugins = [['tcp', { listen: '127.0.0.1:0' }], ['unix-export', { directory }], 'access', 'zombie'];
  const controller = await createController({ plugins, logger: log });
  await controller.start();
  const { port } = (await log.waitFor('tcp.listening')).fields;
  say(`The controller listens on 127.0.0.1 port ${port}. Its sockets are in ${directory}:`);

  await Promise.all(Object.entries(vantagePoints).map(([name, rtt]) => startVantagePoint(port, name, rtt)));
  const sockets = readdirSync(directory);
  for (const name of sockets) say(`  ${name}`);

  say(`One of them is asked: ${command}`);
  const answer = decode(await ask(join(directory, sockets[0])));
  say(`  ${answer}`);

  if (!once) {
    say(`More to ask: socat - UNIX-CONNECT:${join(directory, sockets[0])}   Ctrl-C ends the demo.`);
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  }
  await controller.stop();
  rmSync(directory, { recursive: true, force: true });
  return answer.includes(command) && sockets.length === 3 ? 0 : 1;
}

process.exit(await main(process.argv.includes('--once')));
