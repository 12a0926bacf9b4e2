import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PluginEntry } from '../../core/contract/plugin.js';
import audit from '../../plugins/audit/index.js';
import mux from '../../plugins/mux/index.js';
import policy from '../../plugins/policy/index.js';
import { startRealBench } from '../../testing/index.js';
import { linesIn, textIn } from '../plugins/audit/support.js';
import { StrictMux } from '../plugins/mux/support/strict-mux.js';
import { evasions, everyday } from '../plugins/policy/evasions.js';
import { tempDirectory } from '../plugins/support/local.js';
import { describeReal } from './support/programs.js';

const answersIn = (text: string): string[] => text.split('\n').filter((line) => /^(OK|ERR)/.test(line));

const bytesOf = (commands: readonly string[]): Buffer =>
  Buffer.from(commands.map((command) => `${command}\n`).join(''), 'latin1');

/** Sends everything at once and reads to the end. @returns the lines that answer commands */
async function converse(path: string, commands: readonly string[]): Promise<string[]> {
  const socket = connect({ path, allowHalfOpen: true });
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  socket.write(bytesOf(commands));
  await once(socket, 'end');
  socket.end();
  return answersIn(text);
}

/** Sends everything at once and leaves when each command has its answer: scamper gives up what still runs. */
async function answersTo(path: string, commands: readonly string[]): Promise<string[]> {
  const socket = connect({ path });
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    if (answersIn(text.slice(0, text.lastIndexOf('\n') + 1)).length >= commands.length) socket.destroy();
  });
  socket.write(bytesOf(commands));
  await once(socket, 'close');
  return answersIn(text);
}

/** A controller with the policy, which forbids one address, and a real scamper. */
async function startPolicy(options: object) {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'no-probe.txt'), '127.0.0.66\n');
  const bench = await startRealBench([[policy, { noProbe: 'no-probe.txt', ...options }]], { directory });
  onTestFinished(() => bench.stop());
  return { bench, scamper: await bench.attach({ monitorName: 'ams-1' }) };
}

describeReal('a policy', () => {
  test('a real scamper and its clients', async () => {
    const rules = [{ name: 'pings', instances: ['ams-*'], commands: ['ping'], targets: { allow: ['127.0.0.0/8'] } }];
    const { bench, scamper } = await startPolicy({ rules });

    // What is allowed is measured.
    const allowed = await scamper.measure('ping -c 1 127.0.0.1');
    expect(allowed.dump).toMatch(/^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);

    // Two clients get their answers in order, scamper's own and the policy's.
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
    expect(one).toEqual(['OK id-1', listed, 'OK id-2', 'ERR command not accepted', listed, 'OK']);
    expect(other).toEqual([
      listed,
      'ERR no rule allows it',
      'OK id-1',
      'ERR 192.0.2.1 is not among the targets for you (rule pings)',
      'OK',
    ]);

    // sc_attach takes a refusal as it takes scamper's own.
    const attach = async (command: string): Promise<object> => {
      const { code, text } = await scamper.measure(command, 'ping -c 1 127.0.0.1');
      return { code, text };
    };
    expect(await attach('ping 127.0.0.66')).toEqual(await attach('ping -c x 127.0.0.1'));
    await bench.log.waitFor('policy.refused', {
      command: 'ping 127.0.0.66',
      reason: '127.0.0.66 is on the no-probe list',
    });

    // The instance is none the worse.
    const after = await scamper.measure('ping -c 1 127.0.0.5');
    expect(after.dump).toMatch(/^ping from .* to 127\.0\.0\.5/m);
  });

  test('no evasion gets through to a real scamper, which takes what every user runs', async () => {
    const { scamper } = await startPolicy({ otherwise: 'allow' });
    const refused = await converse(scamper.socket, [...evasions, 'done']);
    expect(refused).toHaveLength(evasions.length + 1);
    expect(refused.slice(0, -1).filter((line) => !line.startsWith('ERR '))).toEqual([]);
    // That it was scamper who refused would say nothing about the policy.
    expect(refused.filter((line) => line.includes('not accepted'))).toEqual([]);
    expect(refused.at(-1)).toBe('OK');

    const taken = everyday.map((_command, index) => `OK id-${index + 1}`);
    expect(await answersTo(scamper.socket, everyday)).toEqual(taken);
  });

  test('through the mux: what may run at a time, and the trail of it', async () => {
    const directory = tempDirectory();
    const rules = [{ name: 'one', instances: ['ams-*'], running: { measurements: 1, each: 'instance' } }];
    const plugins: PluginEntry[] = [
      [audit, { file: 'audit.log' }],
      [policy, { rules }],
      [mux, { path: 'mux' }],
    ];
    const bench = await startRealBench(plugins, { directory });
    onTestFinished(() => bench.stop());
    await bench.attach({ monitorName: 'ams-1' });
    const client = await new StrictMux(connect({ path: join(directory, 'mux'), allowHalfOpen: true })).ready();
    onTestFinished(() => void client.stream.destroy());
    const refused = 'ERR as many measurements run as may (1); wait until one is done (rule one)\n';
    const results = (): number => client.text(1).match(/^DATA /gm)?.length ?? 0;
    client.open(1, 1);
    await client.untilText(1, 'MORE\n');
    client.send(1, 'ping -c 2 127.0.0.1\nping -c 1 127.0.0.2\n');
    await client.untilText(1, refused);
    await client.until(() => results() === 3, 'list, cycle and ping');
    client.send(1, 'ping -c 1 127.0.0.3\n');
    await client.untilText(1, 'OK id-2\n');
    expect(client.violation).toBeUndefined();
    await bench.controller.stop();
    const lines = linesIn(textIn(directory)).filter(({ event }) => /^command\.(sent|refused)$/.test(event));
    expect(lines.map((line) => [line.event, line['command'], line['rule']])).toEqual([
      ['command.sent', 'ping -c 2 127.0.0.1', undefined],
      ['command.refused', 'ping -c 1 127.0.0.2', 'one'],
      ['command.sent', 'ping -c 1 127.0.0.3', undefined],
    ]);
  });
});
