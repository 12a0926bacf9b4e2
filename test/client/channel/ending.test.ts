import { describe, expect, test } from 'vitest';
import { simulate, startChannel } from '../support/talk.js';
import { cycleStop, dataMessage, result, textsIn } from '../support/warts.js';

const ping = 'ping 192.0.2.7';

describe('finish', () => {
  test('waits for all that was asked for, says done once, and resolves with the end of the file', async () => {
    const { channel, end } = await startChannel();
    simulate(end, true);
    const results = [channel.run('ping 1').warts(), channel.run('ping 2').warts()];
    const finished = channel.finish();
    expect(channel.finish()).toBe(finished);
    expect(await finished).toEqual(cycleStop());
    expect((await Promise.all(results)).map(textsIn)).toEqual([['ping 1'], ['ping 2']]);
    expect(end.lines).toEqual(['ping 1', 'ping 2', 'done']);
    expect(await channel.closed).toBeUndefined();
    expect(await channel.finish()).toEqual(cycleStop());
  });

  test('needs no MORE, and no results', async () => {
    const { channel, end } = await startChannel();
    const finished = channel.finish();
    await end.heard(1);
    end.say('OK\n');
    end.close();
    expect(await finished).toHaveLength(0);
  });

  test('takes no more commands', async () => {
    const { channel } = await startChannel();
    void channel.finish();
    await expect(channel.run(ping).warts()).rejects.toMatchObject({ code: 'SCR_CHANNEL_CLOSED' });
  });

  test('what is under way can still be halted', async () => {
    const { channel, end } = await startChannel();
    const abort = new AbortController();
    const measurement = channel.run(ping, { signal: abort.signal });
    const finished = channel.finish();
    end.say('MORE\nOK id-1\n', dataMessage(result('early'), ' id-1 inprog'));
    await measurement[Symbol.asyncIterator]().next();
    await end.heard(2);
    abort.abort();
    expect(await end.heard(3)).toEqual([ping, 'done', 'halt 1']);
    end.say('OK\n', 'OK halted 1\n', dataMessage(result('late'), ' id-1'));
    end.close();
    await finished;
    await expect(measurement.warts()).rejects.toMatchObject({ name: 'AbortError' });
  });

  test.each([
    ['before done', 'MORE\nOK id-1\n'],
    ['in the middle of a result', `MORE\nOK id-1\n${dataMessage(result('x'), ' id-1').slice(0, -5)}`],
    ['before the result', 'MORE\nOK id-1\nOK\n'],
  ])('fails where the channel ends %s', async (_name, text) => {
    const { channel, end } = await startChannel();
    channel.run(ping);
    const finished = channel.finish();
    end.say(text);
    await end.heard(2);
    end.close();
    await expect(finished).rejects.toMatchObject({ code: 'SCR_CHANNEL_ENDED' });
    expect(await channel.closed).toMatchObject({ code: 'SCR_CHANNEL_ENDED' });
  });

  test('after close fails', async () => {
    const { channel } = await startChannel();
    channel.close();
    await expect(channel.finish()).rejects.toMatchObject({ code: 'SCR_CHANNEL_CLOSED' });
  });
});

test('a failure that nobody asks for ends no process', async () => {
  const { fleet, channel, end, client } = await startChannel();
  channel.run(ping);
  end.say('MORE\nnonsense\n');
  await end.gone();
  client.socket.destroy();
  await fleet.closed;
});
