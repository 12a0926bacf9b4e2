import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CommandHandlers, type Plugin, definePlugin, filterCommands } from '../../../plugin-sdk/index.js';
import { type Script, type SimScamper, type TestBench, settle, silent, startBench } from '../../../testing/index.js';
import zombie from '../../../plugins/zombie/index.js';
import { cutAnyhow } from './support/cuts.js';

/** A plugin that follows commands. */
function follower(handlers: CommandHandlers, name = 'policy'): Plugin<object> {
  return definePlugin({
    name,
    schema: { type: 'object', additionalProperties: false },
    setup: (controller) => filterCommands(controller, handlers),
  });
}

/** Refuses what has `evil` in it. */
const refusesEvil = follower({
  command: ({ line }) => (line.includes('evil') ? { refuse: 'not that one' } : undefined),
});

/** Says nothing but what a test makes it say; notes the lines it gets. */
function listening(): { script: Script; lines: string[] } {
  const lines: string[] = [];
  return { lines, script: { line: (_scamper, _channel, line) => void lines.push(line) } };
}

/** Answers each line with OK, as scamper does, and the results never come. */
const accepting: Script = {
  open: (scamper, channel) => scamper.send(channel, 'MORE\n'),
  line: (scamper, channel, line) => scamper.send(channel, `OK ${line}\n`),
};

async function attached(bench: TestBench, script: Script): Promise<SimScamper> {
  return bench.attach({ script });
}

/** The bytes that scamper got on all channels, in order. */
function received(scamper: SimScamper): string {
  return scamper.received.map((one) => (one.type === 'data' ? one.bytes.toString('latin1') : '')).join('');
}

describe('a refused command', () => {
  test('does not reach scamper; its client gets one ERR line', async () => {
    await using bench = await startBench([refusesEvil]);
    const scamper = await attached(bench, accepting);
    const client = bench.client();
    await client.until('MORE');
    client.send('ping evil\n');
    await client.until('ERR not that one\n');
    client.send('ping good\n');
    expect(await client.until('OK')).toBe('MORE\nERR not that one\nOK ping good\n');
    expect(received(scamper)).toBe('ping good\n');
    expect(scamper.violation).toBeUndefined();
  });

  test('waits until the commands before it have their answers', async () => {
    await using bench = await startBench([refusesEvil]);
    const { script, lines } = listening();
    const scamper = await attached(bench, script);
    const client = bench.client();
    client.send('ping 1\nping evil\nping 2\nping evil 2\nping evil 3\nping 3\n');
    await settle();
    expect(lines).toEqual(['ping 1', 'ping 2', 'ping 3']);
    expect(client.text).toBe('');
    scamper.send(1, 'OK id-1\nMORE\n');
    await settle();
    expect(client.text).toBe('OK id-1\nERR not that one\nMORE\n');
    scamper.send(1, 'ERR command not accepted\nOK id-3\n');
    await settle();
    expect(client.text).toBe(
      'OK id-1\nERR not that one\nMORE\nERR command not accepted\nERR not that one\nERR not that one\nOK id-3\n',
    );
  });

  test('is not told inside a result', async () => {
    await using bench = await startBench([refusesEvil]);
    const scamper = await attached(bench, silent);
    const client = bench.client();
    await scamper.waitFor('open');
    scamper.send(1, 'DATA 10\nabcd\n');
    await client.until('abcd');
    client.send('ping evil\n');
    await settle();
    expect(client.text).toBe('DATA 10\nabcd\n');
    scamper.send(1, 'efgh\nMORE\n');
    await settle();
    expect(client.text).toBe('DATA 10\nabcd\nefgh\nERR not that one\nMORE\n');
  });

  test('is not told inside a line', async () => {
    await using bench = await startBench([refusesEvil]);
    const scamper = await attached(bench, silent);
    const client = bench.client();
    await scamper.waitFor('open');
    scamper.send(1, 'MO');
    await client.until('MO');
    client.send('ping evil\n');
    await settle();
    scamper.send(1, 'RE\n');
    await settle();
    expect(client.text).toBe('MORE\nERR not that one\n');
  });

  test('takes nothing from the other clients, pipelined or not', async () => {
    await using bench = await startBench([refusesEvil]);
    const { script } = listening();
    const scamper = await attached(bench, script);
    const [one, other] = [bench.client(), bench.client()];
    one.send('ping 1\nping evil\n');
    other.send('ping evil\nping 2\n');
    await settle();
    expect([one.text, other.text]).toEqual(['', 'ERR not that one\n']);
    scamper.send(2, 'OK id-1\n');
    scamper.send(1, 'OK id-2\n');
    await settle();
    expect([one.text, other.text]).toEqual(['OK id-2\nERR not that one\n', 'ERR not that one\nOK id-1\n']);
  });

  test('waits for a scamper that is away', async () => {
    await using bench = await startBench([refusesEvil, zombie]);
    const scamper = await attached(bench, accepting);
    const client = bench.client();
    await client.until('MORE');
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    client.send('ping 1\nping evil\n');
    await settle();
    expect(client.text).toBe('MORE\n');
    expect(await bench.resume(scamper)).toBe(true);
    expect(await client.until('ERR')).toBe('MORE\nOK ping 1\nERR not that one\n');
  });

  test('after done comes behind its OK', async () => {
    await using bench = await startBench([refusesEvil]);
    const scamper = await attached(bench, silent);
    const client = bench.client();
    client.send('done\nping evil\n');
    await scamper.waitFor('data');
    scamper.send(1, 'OK\nDATA 2\n`\n');
    scamper.finish(1);
    await client.end;
    expect(client.text).toBe('OK\nERR not that one\nDATA 2\n`\n');
  });

  test.each([
    ['', 'ERR refused\n'],
    ['two\nlines\r\n', 'ERR two lines\n'],
    ['naïve 😀', 'ERR na ve\n'],
    ['x'.repeat(500), `ERR ${'x'.repeat(122)}\n`],
  ])('has a reason that fits into one line under 128 octets: %j', async (reason, expected) => {
    await using bench = await startBench([follower({ command: () => ({ refuse: reason }) })]);
    await attached(bench, silent);
    const client = bench.client();
    client.send('ping 1\n');
    expect(await client.until('\n')).toBe(expected);
    expect(expected.length).toBeLessThan(128);
  });
});

describe('however the bytes are cut', () => {
  const script = 'ping 1\nping evil\n\nping evil\r\nhalt 1\r\nping 2\nping evil\ntrace evil\ndone\n';

  test('scamper gets the same lines and the client the same answers', async () => {
    await fc.assert(
      fc.asyncProperty(cutAnyhow(Buffer.from(script)), async (reads) => {
        await using bench = await startBench([refusesEvil]);
        const scamper = await attached(bench, accepting);
        const client = bench.client();
        for (const read of reads) {
          if (read.length > 0) client.send(read);
          await settle(1);
        }
        await client.until('OK done\n');
        expect(received(scamper)).toBe('ping 1\nhalt 1\r\nping 2\ndone\n');
        const refusals = 'ERR not that one\n';
        expect(client.text.replace('MORE\n', '')).toBe(
          `OK ping 1\n${refusals}${refusals}OK halt 1\r\nOK ping 2\n${refusals}${refusals}OK done\n`,
        );
      }),
      { numRuns: 25 },
    );
  });

  test('an ERR is put in between the same two messages of scamper', async () => {
    const answers = Buffer.from('OK id-1\nDATA 8\nERR abc\nMORE\nOK id-2\nERR no\nDATA 3\nxx\n');
    await fc.assert(
      fc.asyncProperty(cutAnyhow(answers), async (reads) => {
        await using bench = await startBench([refusesEvil]);
        const scamper = await attached(bench, silent);
        const client = bench.client();
        client.send('ping 1\nping 2\nping 3\nping evil\n');
        await scamper.waitFor('data');
        for (const read of reads) if (read.length > 0) scamper.send(1, read);
        scamper.finish(1);
        await client.end;
        expect(client.text).toBe('OK id-1\nDATA 8\nERR abc\nMORE\nOK id-2\nERR no\nERR not that one\nDATA 3\nxx\n');
      }),
      { numRuns: 25 },
    );
  });
});

describe('lines that scamper could not read', () => {
  test.each([
    ['a NUL, which would hide the rest', 'ping 192.0.2.1\0 198.51.100.1\n'],
    ['a carriage return within', 'ping 1\rping 2\n'],
    ['a tab', 'ping\t1\n'],
    ['a byte that is no ASCII', 'ping \xe4\n'],
    ['nothing but a carriage return', '\r\n'],
  ])('are refused before anybody is asked: %s', async (_what, line) => {
    const asked: string[] = [];
    await using bench = await startBench([follower({ command: (command) => void asked.push(command.line) })]);
    const scamper = await attached(bench, silent);
    const client = bench.client();
    client.send(Buffer.from(line, 'latin1'));
    expect(await client.until('\n')).toBe('ERR invalid character in the command\n');
    expect(asked).toEqual([]);
    expect(received(scamper)).toBe('');
  });

  test('a line over the limit is refused once, and no part of it passes', async () => {
    await using bench = await startBench([follower({ command: () => undefined })]);
    const scamper = await attached(bench, accepting);
    const client = bench.client();
    client.send('x'.repeat(65_000));
    client.send('y'.repeat(65_000));
    await client.until('ERR the command is longer than 65536 octets\n');
    client.send('z'.repeat(65_000));
    client.send('z\nping 1\n');
    await client.until('OK ping 1\n');
    expect(client.text.match(/ERR/g)).toHaveLength(1);
    expect(received(scamper)).toBe('ping 1\n');
  });

  test('an empty line is dropped: scamper answers none', async () => {
    await using bench = await startBench([refusesEvil]);
    const scamper = await attached(bench, accepting);
    const client = bench.client();
    client.send('\n\nping 1\n\nping evil\n');
    expect(await client.until('ERR')).toBe('MORE\nOK ping 1\nERR not that one\n');
    expect(received(scamper)).toBe('ping 1\n');
  });
});

describe('the plugins that follow', () => {
  test('are given the instance, the client and the command', async () => {
    const seen: unknown[] = [];
    const note = follower({
      command: ({ instance, channel, origin, line, verb, targets }) =>
        void seen.push({ instance: instance.name, channel: channel.id, origin, line, verb, targets }),
    });
    await using bench = await startBench([note]);
    await attached(bench, accepting);
    const client = bench.client();
    client.send('PING -c 1 192.0.2.9\r\n');
    await client.until('OK');
    expect(seen).toEqual([
      {
        instance: '192.0.2.1:1025',
        channel: 1,
        origin: {},
        line: 'PING -c 1 192.0.2.9',
        verb: 'ping',
        targets: ['192.0.2.9'],
      },
    ]);
  });

  test('are asked in their order until one refuses; all are told', async () => {
    const events: string[] = [];
    const plugin = (name: string, refuses: string): Plugin<object> =>
      follower(
        {
          command: ({ line }) => {
            events.push(`${name} asked: ${line}`);
            return line.includes(refuses) ? { refuse: `says ${name}` } : undefined;
          },
          passed: ({ line }) => void events.push(`${name} told: ${line} passed`),
          refused: ({ line }, refusal) =>
            void events.push(`${name} told: ${line}: ${refusal.reason}, ${String(refusal.plugin)}`),
        },
        name,
      );
    await using bench = await startBench([plugin('first', 'one'), plugin('second', 'two')]);
    await attached(bench, accepting);
    const client = bench.client();
    await client.until('MORE');
    client.send('one\ntwo\nthree\n');
    expect(await client.until('OK')).toBe('MORE\nERR says first\nERR says second\nOK three\n');
    expect(events).toEqual([
      'first asked: one',
      'first told: one: says first, first',
      'second told: one: says first, first',
      'first asked: two',
      'second asked: two',
      'first told: two: says second, second',
      'second told: two: says second, second',
      'first asked: three',
      'second asked: three',
      'first told: three passed',
      'second told: three passed',
    ]);
  });

  test('hear of answers, results and the end, and change nothing', async () => {
    const events: string[] = [];
    const observer = follower({
      attached: (channel) => void events.push(`attached ${channel.id}`),
      passed: ({ line }) => void events.push(`passed ${line}`),
      answered: ({ line }, answer) => void events.push(`${line} → ${JSON.stringify(answer)}`),
      result: ({ length, id, inProgress, command }) =>
        void events.push(`result ${length} ${String(id)} ${String(inProgress)} ${String(command?.line)}`),
      detached: (channel) => void events.push(`detached ${channel.id}`),
    });
    await using bench = await startBench([observer]);
    const { script } = listening();
    const scamper = await attached(bench, script);
    const client = bench.client();
    client.send('pi');
    await scamper.waitFor('data'); // an unfinished line goes on at once: nobody decides
    client.send('ng 1\nping 2\r\n\nping\t3\nhalt 1\n');
    await settle();
    expect(received(scamper)).toBe('ping 1\nping 2\r\n\nping\t3\nhalt 1\n');
    scamper.send(
      1,
      'OK id-1\nOK id-2\nERR invalid character in line\nDATA 3 id-2 inprog\nab\nOK halted 1\nDATA 2 id-2\na\nDATA 4\nabc\n',
    );
    await client.until('abc');
    client.leave();
    await settle();
    expect(events).toEqual([
      'attached 1',
      'passed ping 1',
      'passed ping 2',
      'passed ping\t3',
      'passed halt 1',
      'ping 1 → {"type":"ok","id":1}',
      'ping 2 → {"type":"ok","id":2}',
      'ping\t3 → {"type":"err","text":"invalid character in line"}',
      'result 3 2 true ping 2',
      'halt 1 → {"type":"ok","halted":1}',
      'result 2 2 false ping 2',
      'result 4 undefined false undefined',
      'detached 1',
    ]);
  });

  test('without a decision to make, let a line pass that is over the limit, and see its beginning', async () => {
    const seen: unknown[] = [];
    await using bench = await startBench([
      follower({ passed: ({ line, targets }) => void seen.push([line, targets]) }),
    ]);
    const scamper = await attached(bench, silent);
    const client = bench.client();
    const line = `ping 192.0.2.1${' '.repeat(70_000)}192.0.2.9`;
    client.send(line);
    client.send('\n');
    await settle(10);
    expect(received(scamper)).toBe(`${line}\n`);
    expect(seen).toEqual([[line.slice(0, 128), undefined]]);
  });

  test('cannot disturb by failing: their error is logged under their name', async () => {
    const broken = follower(
      {
        attached: () => {
          throw new Error('clumsy');
        },
      },
      'observer',
    );
    await using bench = await startBench([refusesEvil, broken]);
    await attached(bench, accepting);
    const client = bench.client();
    client.send('ping evil\nping 1\n');
    await client.until('OK ping 1');
    const [line] = bench.log.of('commands.failed');
    expect(line?.fields).toEqual({ plugin: 'observer', event: 'commands.failed', cause: 'clumsy' });
    expect(line?.level).toBe('error');
  });
});

describe('a plugin that cannot decide', () => {
  const undecided: readonly (readonly [string, () => unknown, string])[] = [
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
      'disk full',
    ],
    ['answers later', () => Promise.resolve(undefined), 'expected nothing or { refuse: reason }, and at once'],
    ['fails later', () => Promise.reject(new Error('late')), 'expected nothing or { refuse: reason }, and at once'],
    ['returns null', () => null, 'expected nothing or { refuse: reason }, and at once'],
    [
      'returns something that is not allowed',
      () => ({ refuse: true }),
      'expected nothing or { refuse: reason }, and at once',
    ],
  ];

  test.each(undecided)('refuses: one that %s', async (_what, command, cause) => {
    await using bench = await startBench([follower({ command: command as () => undefined })]);
    const scamper = await attached(bench, silent);
    const client = bench.client();
    client.send('ping 1\n');
    expect(await client.until('\n')).toBe('ERR the command could not be decided on\n');
    expect(received(scamper)).toBe('');
    const [line] = bench.log.of('command.undecided');
    expect(line).toMatchObject({
      level: 'error',
      message: 'policy: a plugin could not decide on a command, so it was refused',
      fields: { code: 'SCR_COMMAND_DECISION', plugin: 'policy', cause },
    });
  });
});

describe('limits', () => {
  test('a client with too many commands unanswered is disconnected; the others go on', async () => {
    await using bench = await startBench([refusesEvil]);
    await attached(bench, silent);
    const [flood, other] = [bench.client(), bench.client()];
    flood.send('x\n'.repeat(65_537));
    await flood.end;
    const { fields, message } = await bench.log.waitFor('client.dropped');
    expect(fields).toMatchObject({ code: 'SCR_COMMANDS_WAITING', plugin: 'policy', hook: 'data' });
    expect(message).toBe('192.0.2.1:1025 channel 1: too many commands of this client wait for their answers');
    other.send('ping evil\n');
    await other.until('ERR not that one');
  });

  test('so is one whose unanswered commands are too long together', async () => {
    await using bench = await startBench([refusesEvil], { limits: { instanceBuffer: 67_108_864 } });
    await attached(bench, silent);
    const client = bench.client();
    const line = `${'x'.repeat(60_000)}\n`;
    for (let sent = 0; sent < 140; sent++) client.send(line);
    await client.end;
    await bench.log.waitFor('client.dropped', { code: 'SCR_COMMANDS_WAITING', channel: 1 });
  });

  test('answered commands count no more', async () => {
    await using bench = await startBench([follower({ command: () => undefined })]);
    const answers = { line: (scamper: SimScamper, channel: number) => scamper.send(channel, 'OK\n') };
    await attached(bench, answers);
    const client = bench.client();
    for (let batch = 1; batch <= 20; batch++) {
      client.send('x\n'.repeat(5_000));
      while (client.text.length < batch * 15_000) await settle(1);
    }
    expect(bench.log.of('client.dropped')).toEqual([]);
  });

  test('the commands of many unfinished tasks are not all remembered', async () => {
    const found: (string | undefined)[] = [];
    await using bench = await startBench([follower({ result: ({ command }) => void found.push(command?.line) })]);
    const { script } = listening();
    const scamper = await attached(bench, script);
    const client = bench.client();
    const ids = Array.from({ length: 1_025 }, (_, index) => index + 1);
    client.send(ids.map((id) => `ping ${id}\n`).join(''));
    await settle();
    scamper.send(1, ids.map((id) => `OK id-${id}\n`).join(''));
    scamper.send(1, 'DATA 2 id-1\n`\nDATA 2 id-2\n`\nMORE\n');
    await client.until('MORE');
    expect(found).toEqual([undefined, 'ping 2']);
  });
});

test('all plugins share one pass over the bytes, at the place of the first', async () => {
  await using bench = await startBench([follower({}, 'first'), follower({}, 'second')]);
  const hooks = new Map(bench.controller.plugins.map((plugin) => [plugin.name, plugin.hooks]));
  expect(hooks.get('first')).toEqual(['data']);
  expect(hooks.get('second')).toEqual([]);
});
