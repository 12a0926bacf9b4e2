import { test } from 'vitest';
import { definePlugin, filterCommands } from '../../../plugin-sdk/index.js';
import { SimClient, type SimScamper, memoryPair } from '../../../testing/index.js';
import { type Ruled, startWith, user } from './support.js';

const REFUSED = 'ERR as many measurements run as may (2); wait until one is done (rule 1)\n';

/** A client, and a scamper that says what the test makes it say. */
class Talk {
  readonly client: SimClient;
  #channel = 0;

  constructor(
    readonly bench: Ruled,
    readonly scamper: SimScamper,
    uid: number,
  ) {
    const [ours, theirs] = memoryPair();
    this.#channel = bench.instance().connect(ours, { credentials: user(uid) }).id;
    this.client = new SimClient(theirs);
  }

  /** Sends a command that goes on to scamper, which answers. */
  async passes(command: string, answer?: string): Promise<void> {
    const seen = this.scamper.received.length;
    this.client.send(`${command}\n`);
    while (!this.scamper.received.slice(seen).some(({ type }) => type === 'data')) await this.bench.clock.advance(0);
    if (answer !== undefined) await this.hears(answer);
  }

  /** Sends a command that is refused, whatever is under way. */
  async isRefused(command = 'ping 192.0.2.9'): Promise<void> {
    const before = this.client.text.split(REFUSED).length;
    this.client.send(`${command}\n`);
    while (this.client.text.split(REFUSED).length === before) await this.bench.clock.advance(0);
  }

  async hears(answer: string): Promise<void> {
    const before = this.client.text.length;
    this.scamper.send(this.#channel, `${answer}\n`);
    while (!this.client.text.slice(before).includes(answer)) await this.bench.clock.advance(0);
  }
}

async function startRunning(options: object = {}) {
  const bench = await startWith({ rules: [{ running: { measurements: 2, ...options } }] });
  const scamper = await bench.attach({ monitorName: 'ams-1', script: {} });
  const another = async (monitorName: string): Promise<SimScamper> => bench.attach({ monitorName, script: {} });
  return { bench, scamper, talk: (uid = 1) => new Talk(bench, scamper, uid), another };
}

test('a measurement runs from when it is sent until its last result', async () => {
  const { talk } = await startRunning();
  const one = talk();
  await one.passes('ping 192.0.2.1', 'OK id-1');
  await one.passes('ping 192.0.2.2', 'OK id-2');
  await one.isRefused();
  await one.hears('DATA 4 id-2 inprog\nabc');
  await one.isRefused();
  await one.hears('DATA 4 id-2\nabc');
  await one.passes('ping 192.0.2.3', 'OK id-3');
  await one.isRefused();
});

test('it runs as soon as it is sent, and no longer when scamper refuses it', async () => {
  const { talk } = await startRunning();
  const one = talk();
  await one.passes('ping 192.0.2.1', 'OK id-1');
  await one.passes('ping x');
  one.client.send('ping 192.0.2.3\n'); // its refusal waits for the answer before it
  await one.hears('ERR command not accepted');
  await one.client.until(REFUSED);
  await one.passes('ping 192.0.2.4');
});

test('it runs no longer when it is halted, and a result that follows changes nothing', async () => {
  const { talk } = await startRunning();
  const one = talk();
  await one.passes('ping 192.0.2.1', 'OK id-1');
  await one.passes('ping 192.0.2.2', 'OK id-2');
  await one.passes('halt 1', 'OK halted 1');
  await one.passes('ping 192.0.2.3', 'OK id-3');
  await one.hears('DATA 4 id-1\nabc');
  await one.isRefused();
});

test('it runs no longer when its client has left', async () => {
  const { bench, talk } = await startRunning();
  const one = talk();
  const other = talk();
  await one.passes('ping 192.0.2.1', 'OK id-1');
  await one.passes('ping 192.0.2.2');
  await other.isRefused();
  one.client.leave();
  await bench.log.waitFor('client.gone');
  await other.passes('ping 192.0.2.3');
});

test('a scamper that does not say whose a result is: each ends the oldest of its client, and the header none', async () => {
  const { talk } = await startRunning();
  const one = talk();
  await one.hears('DATA 4\nabc'); // the list, as a file begins with it
  await one.passes('ping 192.0.2.1', 'OK id-1');
  await one.passes('ping 192.0.2.2', 'OK id-2');
  await one.isRefused();
  await one.hears('DATA 4\nabc');
  await one.passes('ping 192.0.2.3', 'OK id-3');
  await one.isRefused();
});

test('what a plugin behind it refuses does not run', async () => {
  const strict = definePlugin({
    name: 'strict',
    schema: { type: 'object' },
    setup: (controller) =>
      filterCommands(controller, { command: ({ verb }) => (verb === 'trace' ? { refuse: 'no trace' } : undefined) }),
  });
  const bench = await startWith({ rules: [{ running: { measurements: 2 } }] }, { plugins: [strict] });
  const scamper = await bench.attach({ script: {} });
  const one = new Talk(bench, scamper, 1);
  one.client.send('trace 192.0.2.1\n'.repeat(3));
  await one.client.until('ERR no trace\n'.repeat(3));
  await one.passes('ping 192.0.2.1');
});

test('it is counted for each user on all VPs, for each VP, or for both', async () => {
  const twoOn = async (each: string) => {
    const { bench, talk, another } = await startRunning({ each });
    const one = talk(1);
    const other = talk(2);
    await one.passes('ping 192.0.2.1');
    await one.passes('ping 192.0.2.2');
    const elsewhere = new Talk(bench, await another('lon-1'), 1);
    return { other, elsewhere };
  };
  const users = await twoOn('user');
  await users.other.passes('ping 192.0.2.3');
  await users.elsewhere.isRefused();

  const vps = await twoOn('instance');
  await vps.other.isRefused();
  await vps.elsewhere.passes('ping 192.0.2.3');

  const both = await twoOn('user and instance');
  await both.other.passes('ping 192.0.2.3');
  await both.elsewhere.passes('ping 192.0.2.3');
});

test('commands of rules that count nothing do not count, and halt and done neither', async () => {
  const rules = [{ commands: ['trace'] }, { running: { measurements: 2 } }];
  const bench = await startWith({ rules });
  const scamper = await bench.attach({ script: {} });
  const one = new Talk(bench, scamper, 1);
  for (let id = 1; id <= 3; id++) await one.passes('trace 192.0.2.1', `OK id-${id}`);
  await one.passes('ping 192.0.2.1', 'OK id-4');
  await one.passes('ping 192.0.2.1', 'OK id-5');
  one.client.send('ping 192.0.2.1\n');
  await one.client.until('(rule 2)\n');
  await one.passes('trace 192.0.2.1', 'OK id-6');
  await one.passes('halt 9', 'OK');
});
