import { describe, expect, test } from 'vitest';
import { simulate, startChannel, startTalk, vpAt } from './support/talk.js';
import { dataMessage, result, textsIn } from './support/warts.js';

const ping = 'ping 192.0.2.7';
const large = result('x'.repeat(60_000));
const buffer = 1_000_000;

describe('a program that does not take its results', () => {
  /** Sends results until the client reads no more. @returns how many octets were sent */
  async function fill(talk: Awaited<ReturnType<typeof startChannel>>): Promise<number> {
    const { end, client, mux } = talk;
    let sent = 0;
    while (client.socket.writableLength < 10 * large.length) {
      end.say(dataMessage(large, ' id-1 inprog'));
      sent += large.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(mux.faults).toEqual([]);
    return sent;
  }

  test('holds up the connection, not the memory; it goes on when they are taken', async () => {
    const talk = await startChannel({}, { buffer });
    const measurement = talk.channel.run(ping);
    talk.end.say('MORE\nOK id-1\n');
    const sent = await fill(talk);
    // What the kernel takes beside it is no more than some hundreds of kilobytes.
    expect(sent).toBeLessThan(buffer + 4_000_000);
    talk.end.say(dataMessage(result('last'), ' id-1'));
    let taken = 0;
    for await (const { warts } of measurement) taken += warts.length;
    expect(taken).toBe(sent + result('last').length);
  });

  test.each([
    ['leaves the channel', (talk: Awaited<ReturnType<typeof startChannel>>) => talk.channel.close()],
    [
      'stops iterating',
      ({ measurement }: { measurement: AsyncIterable<unknown> }) =>
        void measurement[Symbol.asyncIterator]().return?.(undefined),
    ],
  ])('and %s holds up the others no more', async (_name, leave) => {
    const talk = await startChannel({}, { buffer });
    const measurement = talk.channel.run(ping);
    talk.end.say('MORE\nOK id-1\n');
    const other = talk.fleet.open(vpAt(talk.fleet, 1));
    simulate(await talk.client.channel(2), true);
    await fill(talk);
    leave({ ...talk, measurement });
    expect(textsIn(await other.run(ping).warts())).toEqual([ping]);
  });
});

test('closing a connection that is held up ends it', async () => {
  const { fleet, client, mux } = await startTalk({}, { buffer: 1 });
  const channel = fleet.open(vpAt(fleet, 0));
  const measurement = channel.run(ping);
  const end = await client.channel(1);
  end.say('MORE\nOK id-1\n', dataMessage(large, ' id-1'));
  await measurement[Symbol.asyncIterator]().next();
  end.say(dataMessage(large, ' id-1'));
  fleet.close();
  await mux.until('the half-close', () => client.left || undefined);
});
