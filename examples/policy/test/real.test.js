import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipReal, startRealBench } from 'sc-remoted/plugin-sdk/testing';
import policy from '../index.js';
import { evasions, everyday } from '../support/evasions.js';

/** Sends everything at once and reads to the end. @returns the lines that answer commands */
async function converse(path, commands) {
  const socket = connect({ path, allowHalfOpen: true });
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  socket.write(commands.map((command) => `${command}\n`).join(''), 'latin1');
  await once(socket, 'end');
  socket.end();
  return text.split('\n').filter((line) => /^(OK|ERR)/.test(line));
}

/** Sends everything at once and leaves when each command has its answer: scamper gives up what still runs. */
async function answersTo(path, commands) {
  const socket = connect({ path });
  let text = '';
  const answers = () =>
    text
      .split('\n')
      .slice(0, -1)
      .filter((line) => /^(OK|ERR)/.test(line));
  socket.setEncoding('latin1');
  socket.write(commands.map((command) => `${command}\n`).join(''), 'latin1');
  for await (const chunk of socket) {
    text += chunk;
    if (answers().length >= commands.length) break;
  }
  return answers();
}

/** A controller with the policy, which forbids one address, and a real scamper. */
async function startPolicy(t, options) {
  const directory = await mkdtemp(join(tmpdir(), 'policy-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'no-probe.txt'), '127.0.0.66\n');
  const bench = await startRealBench([[policy, { noProbe: 'no-probe.txt', ...options }]], { directory });
  t.after(() => bench.stop());
  return { bench, scamper: await bench.attach({ monitorName: 'ams-1' }) };
}

test('a real scamper and its clients', { skip: skipReal(), timeout: 60_000 }, async (t) => {
  const rules = [{ name: 'pings', instances: ['ams-*'], commands: ['ping'], targets: { allow: ['127.0.0.0/8'] } }];
  const { bench, scamper } = await startPolicy(t, { rules });

  await t.test('what is allowed is measured', async () => {
    const { dump } = await scamper.measure('ping -c 1 127.0.0.1');
    assert.match(dump, /^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);
  });

  await t.test("two clients get their answers in order, scamper's own and the policy's", async () => {
    const listed = 'ERR 127.0.0.66 is on the no-probe list';
    const [one, other] = await Promise.all([
      converse(scamper.socket, [
        'ping -c 1 127.0.0.1',
        'ping 127.0.0.66',
        'ping -c 1 127.0.0.2',
        'ping -c x 127.0.0.3',
        'ping 127.0.0.66',
        'done',
      ]),
      converse(scamper.socket, ['ping 127.0.0.66', 'trace 127.0.0.1', 'ping -c 1 127.0.0.4', 'ping 192.0.2.1', 'done']),
    ]);
    assert.deepEqual(one, ['OK id-1', listed, 'OK id-2', 'ERR command not accepted', listed, 'OK']);
    assert.deepEqual(other, [
      listed,
      'ERR no rule allows it',
      'OK id-1',
      'ERR 192.0.2.1 is not among the targets for you',
      'OK',
    ]);
  });

  await t.test("sc_attach takes a refusal as it takes scamper's own", async () => {
    const attach = async (command) => {
      const { code, text } = await scamper.measure(command, 'ping -c 1 127.0.0.1');
      return { code, text };
    };
    const refusedByScamper = await attach('ping -c x 127.0.0.1');
    const refusedByPolicy = await attach('ping 127.0.0.66');
    assert.deepEqual(refusedByPolicy, refusedByScamper);
    await bench.log.waitFor('policy.refused', { command: 'ping 127.0.0.66', rule: 'pings' });
  });

  await t.test('the instance is none the worse', async () => {
    const { dump } = await scamper.measure('ping -c 1 127.0.0.5');
    assert.match(dump, /^ping from .* to 127\.0\.0\.5/m);
  });
});

test(
  'no evasion gets through to a real scamper, which takes what every user runs',
  { skip: skipReal(), timeout: 60_000 },
  async (t) => {
    const { scamper } = await startPolicy(t, { otherwise: 'allow' });
    const refused = await converse(scamper.socket, [...evasions, 'done']);
    assert.equal(refused.length, evasions.length + 1);
    assert.deepEqual(
      refused.slice(0, -1).filter((line) => !line.startsWith('ERR ')),
      [],
    );
    // That it was scamper who refused would say nothing about the policy.
    assert.deepEqual(
      refused.filter((line) => line.includes('not accepted')),
      [],
    );
    assert.equal(refused.at(-1), 'OK');

    const taken = everyday.map((_command, index) => `OK id-${index + 1}`);
    assert.deepEqual(await answersTo(scamper.socket, everyday), taken);
  },
);
