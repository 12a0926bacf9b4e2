import { afterEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../../../client/index.js';
import { messages, startMux } from '../support/strict-mux.js';
import { simulate, startChannel, startTalk, two, vpAt } from '../support/talk.js';
import { dataMessage, result, textsIn } from '../support/warts.js';

const ping = 'ping 192.0.2.7';

afterEach(() => void vi.useRealTimers());

describe('opening', () => {
  test('each channel has a number of its own, counted from 1, and its own conversation', async () => {
    const { fleet, client } = await startTalk({ onOpen: (end) => simulate(end, true) });
    const channels = [...fleet.vps(), ...fleet.vps()].map((vp) => fleet.open(vp));
    const results = await Promise.all(channels.map((channel, index) => channel.run(`ping ${index}`).warts()));
    expect(results.map(textsIn)).toEqual([['ping 0'], ['ping 1'], ['ping 2'], ['ping 3']]);
    expect([...client.channels.values()].map(({ number, instance }) => [number, instance])).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 2],
    ]);
    expect(channels.map(({ name }) => name)).toEqual(['ams-nl', 'san-us', 'ams-nl', 'san-us']);
  });

  test('thousands at once, each with a measurement', async () => {
    const { fleet } = await startTalk({ onOpen: (end) => simulate(end, true) });
    const vp = vpAt(fleet, 0);
    const channels = Array.from({ length: 2_500 }, () => fleet.open(vp));
    const results = await Promise.all(channels.map((channel) => channel.run(ping).warts()));
    expect(results.filter((warts) => textsIn(warts).join() === ping)).toHaveLength(2_500);
    await Promise.all(channels.map((channel) => channel.finish()));
  });

  test('refused: the first measurement says why', async () => {
    const { channel, end } = await startChannel();
    const measurement = channel.run(ping);
    end.close('SCR_CLIENT_DENIED: the client may not use this instance');
    await expect(measurement.warts()).rejects.toMatchObject({
      code: 'SCR_CHANNEL_REFUSED',
      reason: 'SCR_CLIENT_DENIED: the client may not use this instance',
      message: 'ams-nl: the vantage point cannot be used: SCR_CLIENT_DENIED: the client may not use this instance',
    });
    expect(await channel.closed).toMatchObject({ code: 'SCR_CHANNEL_REFUSED' });
    await expect(channel.run(ping).warts()).rejects.toMatchObject({ code: 'SCR_CHANNEL_REFUSED' });
  });

  test('what is said of it cannot steer a terminal', async () => {
    const { channel, end } = await startChannel();
    end.close('SCR_X: \x1b[2J\x9b');
    expect(await channel.closed).toMatchObject({ message: expect.stringMatching(/: SCR_X: \?\[2J\?$/) });
  });

  test('refused by a C controller, which says no reason', async () => {
    const { channel, end } = await startChannel();
    end.close();
    expect(await channel.closed).toMatchObject({ code: 'SCR_CHANNEL_REFUSED', reason: undefined });
  });

  test('of a VP that is not there any more, nothing is sent', async () => {
    const { fleet, client } = await startTalk();
    const vp = vpAt(fleet, 0);
    client.send(messages.depart(vp.id));
    await fleet.changes().next();
    expect(await fleet.open(vp).closed).toMatchObject({
      code: 'SCR_VP_GONE',
      message: expect.stringContaining(vp.name),
    });
    expect(client.channels.size).toBe(0);
  });

  test('of a VP that is away, nothing is sent; when it is back it can be opened, by what was known of it', async () => {
    const { fleet, client } = await startTalk();
    const vp = vpAt(fleet, 0);
    const changes = fleet.changes();
    client.send(messages.away(1, two[1]));
    await changes.next();
    const refused = fleet.open(vp);
    await expect(refused.run(ping).warts()).rejects.toMatchObject({ code: 'SCR_VP_AWAY' });
    expect(await refused.closed).toMatchObject({
      message: `${vp.name}: the vantage point is away: it lost its connection and may come back`,
    });
    expect(client.channels.size).toBe(0);
    const away = vpAt(fleet, 0);
    client.send(messages.back(1));
    await changes.next();
    const channel = fleet.open(away);
    simulate(await client.channel(1), true);
    expect(textsIn(await channel.run(ping).warts())).toEqual([ping]);
  });

  test('after the connection was closed', async () => {
    const { fleet } = await startTalk();
    const vp = vpAt(fleet, 0);
    fleet.close();
    expect(await fleet.open(vp).closed).toMatchObject({ code: 'SCR_CHANNEL_CLOSED' });
  });
});

describe('leaving', () => {
  test('tells the controller once; what it still sends is dropped; other channels live on', async () => {
    const { fleet, client, channel, end } = await startChannel();
    const measurement = channel.run(ping);
    channel.close();
    channel.close();
    await end.gone();
    end.say('MORE\n');
    end.close();
    await expect(measurement.warts()).rejects.toMatchObject({ code: 'SCR_CHANNEL_CLOSED' });
    expect(await channel.closed).toBeUndefined();
    const other = fleet.open(vpAt(fleet, 1));
    simulate(await client.channel(2), true);
    expect(textsIn(await other.run(ping).warts())).toEqual([ping]);
  });

  test('halts what is under way', async () => {
    const { channel, end } = await startChannel({ exact: false });
    const measurements = [channel.run(ping), channel.run(ping), channel.run(ping)];
    end.say('MORE\nMORE\n');
    await end.heard(2);
    end.say('OK id-7\nOK id-8\n', dataMessage(result('first'), ' id-7'));
    expect(textsIn((await measurements[0]?.warts()) ?? Buffer.alloc(0))).toEqual(['first']);
    channel.close();
    expect(await end.heard(3)).toEqual([ping, ping, 'halt 8']);
    await end.gone();
    for (const measurement of measurements.slice(1))
      await expect(measurement.warts()).rejects.toMatchObject({ code: 'SCR_CHANNEL_CLOSED' });
  });

  test('await using leaves', async () => {
    const { fleet, client } = await startTalk();
    {
      await using channel = fleet.open(vpAt(fleet, 0));
      expect(channel.name).toBe('ams-nl');
    }
    await (await client.channel(1)).gone();
  });

  test('closing the connection leaves all channels, and half-closes', async () => {
    const { mux, fleet, client } = await startTalk();
    const channels = fleet.vps().map((vp) => fleet.open(vp));
    const ends = [await client.channel(1), await client.channel(2)];
    {
      await using _fleet = fleet;
    }
    await mux.until('the half-close', () => client.left || undefined);
    expect(ends.map(({ left }) => left)).toEqual([true, true]);
    expect(await Promise.all(channels.map(({ closed }) => closed))).toEqual([undefined, undefined]);
  });
});

describe('what ends a channel from the other side', () => {
  test('CLOSE: what is under way fails, with the reason', async () => {
    const { channel, end } = await startChannel();
    end.say('MORE\n');
    const measurement = channel.run(ping);
    await end.heard(1);
    end.close('SCR_CLIENT_STALLED: the client does not read what is sent to it');
    await expect(measurement.warts()).rejects.toMatchObject({
      code: 'SCR_CHANNEL_ENDED',
      reason: expect.stringMatching(/^SCR_CLIENT_STALLED/),
    });
  });

  test('a VP that is lost for good', async () => {
    const { channel, end, client } = await startChannel();
    end.say('MORE\n');
    end.close('SCR_INSTANCE_GONE: the instance has gone');
    client.send(messages.depart(1));
    await expect(channel.run(ping).warts()).rejects.toMatchObject({ code: 'SCR_VP_GONE' });
  });

  test('a VP that was away just when the channel was opened', async () => {
    const { channel, end } = await startChannel();
    end.close('SCR_INSTANCE_AWAY: the instance is away');
    await expect(channel.run(ping).warts()).rejects.toMatchObject({
      code: 'SCR_VP_AWAY',
      reason: 'SCR_INSTANCE_AWAY: the instance is away',
    });
  });

  test('news of the VP do not: it is taken away and brought back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { fleet, channel, end, client } = await startChannel();
    const changes = fleet.changes();
    client.send(messages.depart(1), messages.update(1, [[1, 'renamed']]));
    await changes.next();
    await vi.advanceTimersByTimeAsync(60_000);
    simulate(end, true);
    expect(textsIn(await channel.run(ping).warts())).toEqual([ping]);
  });

  test('DEPART alone, as C sends it, does after a while', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { fleet, channel, end, client } = await startChannel();
    const other = fleet.open(vpAt(fleet, 1));
    const changes = fleet.changes();
    client.send(messages.depart(1));
    await changes.next();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await channel.closed).toMatchObject({ code: 'SCR_VP_GONE' });
    await end.gone();
    simulate(await client.channel(2), true);
    expect(textsIn(await other.run(ping).warts())).toEqual([ping]);
  });

  test('DEPART ahead of results does not, from a controller that closes channels itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { fleet, client } = await startTalk({ away: {} });
    const channel = fleet.open(vpAt(fleet, 0));
    const end = await client.channel(1);
    const measurement = channel.run(ping);
    end.say('MORE\nOK id-1\n');
    const changes = fleet.changes();
    client.send(messages.depart(1));
    await changes.next();
    await vi.advanceTimersByTimeAsync(60_000);
    end.say(dataMessage(result('late'), ' id-1'));
    end.close('SCR_INSTANCE_GONE: the instance has gone');
    expect(textsIn(await measurement.warts())).toEqual(['late']);
  });

  test('a VP that is away keeps its channels', async () => {
    const { fleet, channel, end, client } = await startChannel();
    const changes = fleet.changes();
    end.say('MORE\n');
    const measurement = channel.run(ping);
    await end.heard(1);
    client.send(messages.away(1, []), messages.back(1));
    await changes.next();
    simulate(end, true);
    end.onText();
    expect(textsIn(await measurement.warts())).toEqual([ping]);
  });

  test('the connection is lost: every channel fails', async () => {
    const { fleet, channel, end, client } = await startChannel();
    end.say('MORE\n');
    const measurement = channel.run(ping);
    await end.heard(1);
    client.socket.destroy();
    await expect(measurement.warts()).rejects.toMatchObject({ code: 'SCR_MUX_LOST' });
    expect(await channel.closed).toMatchObject({ code: 'SCR_MUX_LOST' });
    expect(await fleet.closed).toMatchObject({ code: 'SCR_MUX_LOST' });
    await expect(channel.finish()).rejects.toMatchObject({ code: 'SCR_MUX_LOST' });
  });
});

describe('a hostile instance harms its own channel only', () => {
  test.each([
    ['a line that is no answer', 'HELLO\n', 'SCR_ANSWER_BROKEN'],
    ['OK to nothing', 'MORE\nOK id-1\n', 'SCR_ANSWER_BROKEN'],
    ['ERR to nothing', 'MORE\nERR no\n', 'SCR_ANSWER_BROKEN'],
    ['data that is not uuencoded', 'MORE\nDATA 4\nabc\n', 'SCR_ANSWER_BROKEN'],
    ['data that is not warts', 'MORE\nDATA 8\n#0V%T\n`\n', 'SCR_WARTS_BROKEN'],
    ['a line without an end', 'x'.repeat(5_000), 'SCR_ANSWER_BROKEN'],
  ])('%s', async (_name, text, code) => {
    const { fleet, client, channel, end } = await startChannel();
    const other = fleet.open(vpAt(fleet, 1));
    simulate(await client.channel(2), true);
    end.say(text);
    expect(await channel.closed).toMatchObject({ code, message: expect.stringMatching(/^ams-nl: /) });
    await expect(channel.run(ping).warts()).rejects.toMatchObject({ code });
    await end.gone();
    end.say('MORE\n');
    expect(textsIn(await other.run(ping).warts())).toEqual([ping]);
  });
});

describe('a hostile controller is left, with a code', () => {
  const whole = Buffer.concat([
    messages.update(1, two[1]),
    messages.depart(1),
    messages.away(1, two[1]),
    messages.back(1),
    messages.reason(1, 'x'),
    messages.close(1),
    messages.go(),
    messages.data(1, 'MORE\n'),
  ]);

  test('cut at each octet, then closed', async () => {
    for (let length = 0; length < whole.length; length += 1) {
      const mux = await startMux({ greeting: whole.subarray(0, length) });
      const connecting = connect(mux.where);
      (await mux.client()).socket.end();
      const gone = length < whole.length - 13;
      const code = length === 0 ? 'SCR_NOT_A_MUX' : 'SCR_MUX_LOST';
      if (gone) await expect(connecting).rejects.toMatchObject({ code });
      else expect(await (await connecting).closed).toMatchObject({ code: 'SCR_MUX_LOST' });
    }
  });

  test.each([
    ['an attribute without its end', Buffer.from('00000000' + '00000009' + '0000' + '00000001' + '0001' + '41', 'hex')],
    ['a text that is not UTF-8', Buffer.from('00000000' + '0000000b' + '0000' + '00000001' + '0001' + 'c32800', 'hex')],
    ['a message without a type', Buffer.from('00000000' + '00000001' + '00', 'hex')],
    ['a message of gigabytes', Buffer.from('00000000' + 'ffffffff' + '0000', 'hex')],
  ])('%s, before GO and after it', async (_name, octets) => {
    const early = await startMux({ greeting: octets });
    await expect(connect(early.where)).rejects.toMatchObject({ code: 'SCR_MUX_BROKEN' });
    const { fleet, client } = await startTalk();
    const channel = fleet.open(vpAt(fleet, 0));
    client.send(octets);
    expect(await fleet.closed).toMatchObject({ code: 'SCR_MUX_BROKEN' });
    expect(await channel.closed).toMatchObject({ code: 'SCR_MUX_BROKEN' });
  });
});
