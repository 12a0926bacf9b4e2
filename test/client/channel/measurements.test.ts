import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Result } from '../../../client/index.js';
import type { MuxChannel } from '../support/strict-mux.js';
import { header, headerMessage, simulate, startChannel } from '../support/talk.js';
import { cycleStop, dataMessage, list, result, textsIn } from '../support/warts.js';

const ping = 'ping -c 3 192.0.2.7';

afterEach(() => void vi.useRealTimers());

/** A result as scampers tell it that say which task it belongs to. */
const found = (id: number, text: string, more = ''): string => dataMessage(result(text), ` id-${id}${more}`);

describe('commands are sent when scamper wants them', () => {
  test('one for each MORE, in order', async () => {
    const { channel, end } = await startChannel({ exact: false });
    for (const number of [1, 2, 3]) channel.run(`ping ${number}`);
    end.say('MORE\n');
    expect(await end.heard(1)).toEqual(['ping 1']);
    end.say('OK id-1\n', 'MORE\n', 'MORE\n');
    expect(await end.heard(3)).toEqual(['ping 1', 'ping 2', 'ping 3']);
  });

  test('after a refusal the next one goes without another MORE', async () => {
    const { channel, end } = await startChannel();
    const refused = channel.run('pong');
    channel.run(ping);
    end.say('MORE\n');
    await end.heard(1);
    end.say('ERR command not accepted: no such command\n');
    await expect(refused.warts()).rejects.toMatchObject({
      code: 'SCR_COMMAND_REFUSED',
      reason: 'command not accepted: no such command',
      message: 'ams-nl: pong: the command was refused: command not accepted: no such command',
    });
    expect(await end.heard(2)).toEqual(['pong', ping]);
  });

  test.each([
    '',
    ' ',
    'halt 1',
    'HALT 1',
    ' done',
    'attach',
    'ping\n',
    'ping \t1',
    'ping é',
    'ping \0',
    'p'.repeat(65_536),
  ])('%j is no command', async (command) => {
    const { channel } = await startChannel();
    expect(() => channel.run(command)).toThrow(expect.objectContaining({ code: 'SCR_COMMAND_LINE' }));
  });
});

describe('results', () => {
  test('come to their own commands, in whatever order', async () => {
    const { channel, end } = await startChannel({ exact: false });
    const [one, two] = [channel.run('ping 1'), channel.run('ping 2')];
    expect(one.command).toBe('ping 1');
    end.say('MORE\nMORE\n');
    await end.heard(2);
    end.say('OK id-5\nOK id-9\n', headerMessage, found(9, 'two'), found(5, 'one'));
    expect(textsIn(await one.warts())).toEqual(['one']);
    expect(textsIn(await two.warts())).toEqual(['two']);
  });

  test('several of one command', async () => {
    const { channel, end } = await startChannel();
    const measurement = channel.run(ping);
    end.say('MORE\nOK id-1\n', found(1, 'first', ' inprog'), found(1, 'second', ' inprog'), found(1, 'last'));
    const results: Result[] = [];
    for await (const one of measurement) results.push(one);
    expect(results).toEqual([
      { id: 1, inProgress: true, warts: result('first') },
      { id: 1, inProgress: true, warts: result('second') },
      { id: 1, inProgress: false, warts: result('last') },
    ]);
  });

  test('what stands around them is kept apart: the header of a file, and its end', async () => {
    const { channel, end } = await startChannel();
    expect(channel.header).toHaveLength(0);
    const measurement = channel.run(ping);
    end.say('MORE\nOK id-1\n', dataMessage(Buffer.concat([header, result('all in one')])));
    expect(textsIn(await measurement.warts())).toEqual(['all in one']);
    expect(channel.header).toEqual(header);
    const finished = channel.finish();
    await end.heard(2);
    end.say('OK\n', dataMessage(cycleStop()));
    end.close();
    expect(await finished).toEqual(cycleStop());
  });

  test('of any kind but those that stand around them', async () => {
    const { channel, end } = await startChannel();
    const measurement = channel.run(ping);
    end.say('MORE\nOK id-1\n', dataMessage(result('of a newer scamper', 4_000), ' id-1'));
    expect(textsIn(await measurement.warts())).toEqual(['of a newer scamper']);
  });

  test.each([
    ['an unknown task', 'OK id-1\n' + found(2, 'x'), 'SCR_ANSWER_BROKEN'],
    ['no task at all', dataMessage(result('x')), 'SCR_ANSWER_BROKEN'],
    ['a task that has ended', 'OK id-1\n' + found(1, 'x') + found(1, 'y'), 'SCR_ANSWER_BROKEN'],
    ['a second task with the same number', 'OK id-1\nMORE\nOK id-1\n', 'SCR_ANSWER_BROKEN'],
    ['OK without a number', 'OK\n', 'SCR_ANSWER_BROKEN'],
    ['headers without end', `OK id-1\n${dataMessage(list(1, 'x'.repeat(40_000))).repeat(2)}`, 'SCR_WARTS_BROKEN'],
    ['half a record', `OK id-1\n${dataMessage(result('x').subarray(0, 12))}`, 'SCR_WARTS_BROKEN'],
    ['no record', `OK id-1\n${dataMessage(Buffer.from('1234567890'))}`, 'SCR_WARTS_BROKEN'],
  ])('for %s end the channel', async (_name, text, code) => {
    const { channel, end } = await startChannel({ exact: false });
    channel.run(ping);
    channel.run(ping);
    end.say('MORE\n', text);
    expect(await channel.closed).toMatchObject({ code });
    await end.gone();
  });
});

describe('a scamper that does not say which task a result belongs to', () => {
  test('has one at a time, so that each gets its own', async () => {
    const { channel, end } = await startChannel();
    const [one, two] = [channel.run('ping 1'), channel.run('ping 2')];
    end.say('MORE\nMORE\n');
    await end.heard(1);
    end.say('OK id-1\nMORE\n', headerMessage);
    expect(end.lines).toEqual(['ping 1']);
    end.say(dataMessage(result('one')));
    expect(textsIn(await one.warts())).toEqual(['one']);
    expect(await end.heard(2)).toEqual(['ping 1', 'ping 2']);
    end.say('OK id-2\n', dataMessage(result('two')));
    expect(textsIn(await two.warts())).toEqual(['two']);
  });

  test('one that says has as many as it wants, from the first result on', async () => {
    const { channel, end } = await startChannel();
    for (const number of [1, 2, 3, 4]) channel.run(`ping ${number}`);
    end.say('MORE\nMORE\nMORE\nMORE\n');
    await end.heard(1);
    end.say('OK id-1\n', found(1, 'one', ' inprog'));
    expect(await end.heard(4)).toHaveLength(4);
  });

  test('without exact: all at once, and results go to the oldest', async () => {
    const { channel, end } = await startChannel({ exact: false });
    const [one, two] = [channel.run('ping 1'), channel.run('ping 2')];
    end.say('MORE\nMORE\n');
    await end.heard(2);
    end.say('OK id-1\nOK id-2\n', headerMessage, dataMessage(result('a')), dataMessage(result('b')));
    expect(textsIn(Buffer.concat([await one.warts(), await two.warts()]))).toEqual(['a', 'b']);
  });
});

describe('cancellation', () => {
  /** A measurement that scamper is doing. */
  async function underWay() {
    const talk = await startChannel();
    const abort = new AbortController();
    const measurement = talk.channel.run(ping, { signal: abort.signal });
    talk.end.say('MORE\nOK id-3\n', found(3, 'early', ' inprog'));
    await measurement[Symbol.asyncIterator]().next();
    return { ...talk, abort, measurement };
  }

  test('halts; what scamper has by then is still a result, then the reason is thrown', async () => {
    const { end, abort, measurement } = await underWay();
    abort.abort(new Error('enough'));
    expect(await end.heard(2)).toEqual([ping, 'halt 3']);
    end.say('OK halted 3\n', found(3, 'what there is'));
    const texts: string[] = [];
    const all = (async () => {
      for await (const { warts } of measurement) texts.push(...textsIn(warts));
    })();
    await expect(all).rejects.toThrow('enough');
    expect(texts).toEqual(['what there is']);
  });

  test('before scamper has answered: halts when it does', async () => {
    const { channel, end } = await startChannel();
    const abort = new AbortController();
    channel.run(ping, { signal: abort.signal });
    end.say('MORE\n');
    await end.heard(1);
    abort.abort();
    end.say('OK id-3\n');
    expect(await end.heard(2)).toEqual([ping, 'halt 3']);
  });

  test('before it was sent: it never is', async () => {
    const { channel, end } = await startChannel();
    const abort = new AbortController();
    const cancelled = channel.run(ping, { signal: abort.signal });
    abort.abort();
    await expect(cancelled.warts()).rejects.toMatchObject({ name: 'AbortError' });
    const before = channel.run(ping, { signal: AbortSignal.abort(new Error('too late')) });
    await expect(before.warts()).rejects.toThrow('too late');
    channel.run('ping 9');
    end.say('MORE\n');
    expect(await end.heard(1)).toEqual(['ping 9']);
  });

  test('the task may have ended meanwhile: scamper refuses the halt', async () => {
    const { channel, end, abort, measurement } = await underWay();
    abort.abort();
    await end.heard(2);
    end.say('MORE\n', found(3, 'whole'), 'ERR no task id-3\n');
    await expect(measurement.warts()).rejects.toMatchObject({ name: 'AbortError' });
    simulateFrom(end);
    expect(textsIn(await channel.run(ping).warts())).toEqual([ping]);
  });

  test('a scamper that is away, or tells nothing more, is not waited for for ever', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { channel, end, abort, measurement } = await underWay();
    abort.abort();
    await end.heard(2);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(measurement.warts()).rejects.toMatchObject({ name: 'AbortError' });
    const next = channel.run(ping);
    end.say('OK halted 3\n', found(3, 'late'), 'MORE\n');
    await end.heard(3);
    end.say('OK id-4\n', found(4, 'in time'));
    expect(textsIn(await next.warts())).toEqual(['in time']);
  });

  test('who stops iterating halts, and what comes is dropped', async () => {
    const { channel, end } = await startChannel();
    const measurement = channel.run(ping);
    end.say('MORE\nOK id-1\n', found(1, 'first', ' inprog'));
    for await (const { warts } of measurement) {
      expect(textsIn(warts)).toEqual(['first']);
      break;
    }
    expect(await end.heard(2)).toEqual([ping, 'halt 1']);
    end.say('OK halted 1\n', found(1, 'dropped'), 'MORE\n');
    const next = channel.run(ping);
    await end.heard(3);
    end.say('OK id-2\n', found(2, 'second'));
    expect(textsIn(await next.warts())).toEqual(['second']);
    for await (const _more of measurement) throw new Error('it was dropped');
  });

  test('who stops after the last result halts nothing', async () => {
    const { channel, end } = await startChannel();
    simulate(end, true);
    for await (const _result of channel.run(ping)) break;
    await channel.run(ping).warts();
    expect(end.lines).toEqual([ping, ping]);
  });

  test('a signal of many measurements has one listener at a time, and ends them all', async () => {
    const { channel } = await startChannel();
    const abort = new AbortController();
    const add = vi.spyOn(abort.signal, 'addEventListener');
    const all = Array.from({ length: 20 }, () => channel.run(ping, { signal: abort.signal }).warts());
    expect(add).toHaveBeenCalledTimes(1);
    abort.abort(new Error('enough'));
    const ends = await Promise.allSettled(all);
    expect(ends.every((end) => end.status === 'rejected' && String(end.reason) === 'Error: enough')).toBe(true);
  });

  test('a signal of many measurements has no listeners left', async () => {
    const { channel, end } = await startChannel();
    simulate(end, true);
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    for (let count = 0; count < 3; count++) await channel.run(ping, { signal }).warts();
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([3, 3]);
  });

  function simulateFrom(end: MuxChannel): void {
    end.onText = () => end.say('OK id-9\n', dataMessage(result(end.lines.at(-1) ?? ''), ' id-9'));
  }
});
