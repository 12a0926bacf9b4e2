import { describe, expect, test } from 'vitest';
import type { Change } from '../../../client/index.js';
import { messages } from '../support/strict-mux.js';
import { startTalk, two } from '../support/talk.js';

const all = [
  [1, 'ams-nl'],
  [2, '1700000000.250000'],
  [3, '192.0.2.1'],
  [4, '64496'],
  [13, 'AS64497'],
  [8, '52.37,-4.9'],
  [5, 'NL'],
  [6, 'NH'],
  [7, 'Amsterdam'],
  [9, 'ams'],
  [11, 'AMS'],
  [10, 'wifi'],
  [10, 'home'],
  [99, 'of a newer controller'],
] as const;

describe('what is known of a VP', () => {
  test('all that can be said', async () => {
    const { fleet } = await startTalk({ instances: { 7: all } });
    const arrival = new Date(1_700_000_000_250);
    expect(fleet.vps()).toEqual([
      {
        id: 7,
        name: 'ams-nl',
        address: '192.0.2.1',
        state: 'connected',
        since: arrival,
        arrival,
        asn4: 64_496,
        asn6: 64_497,
        latitude: 52.37,
        longitude: -4.9,
        cc: 'NL',
        st: 'NH',
        place: 'Amsterdam',
        shortname: 'ams',
        iata: 'AMS',
        tags: ['wifi', 'home'],
      },
    ]);
  });

  test.each([
    ['.5,-.25', 0.5, -0.25],
    ['+5.237e1, 4.', 52.37, 4],
    ['5,4e', undefined, undefined],
  ])('a place is read however its numbers are written: %s', async (text, latitude, longitude) => {
    const { fleet } = await startTalk({ instances: { 7: [[8, text]] } });
    expect(fleet.vps()).toMatchObject([{ latitude, longitude }]);
  });

  test('what is not said, or cannot be read, is undefined', async () => {
    const odd = [
      [2, 'yesterday'],
      [4, 'many'],
      [8, 'here'],
    ] as const;
    const { fleet } = await startTalk({ instances: { 7: odd, 8: [[12, '2001:db8::1']] } });
    expect(fleet.vps()).toMatchObject([
      { name: 'instance-7', address: undefined, arrival: undefined, asn4: undefined, latitude: undefined, tags: [] },
      { name: '2001:db8::1', address: '2001:db8::1' },
    ]);
  });

  test('a fleet of thousands, announced at once', async () => {
    const instances = Object.fromEntries(Array.from({ length: 5_000 }, (_, id) => [id, all]));
    const { fleet } = await startTalk({ instances });
    expect(fleet.vps()).toHaveLength(5_000);
  });

  test('those that are away are told last', async () => {
    const since = '1700000001.000000';
    const { fleet } = await startTalk({ instances: two, away: { 9: [...all, [0x8000, since]] } });
    expect(await fleet.settled()).toBe(true);
    expect(fleet.vps().map(({ name, state }) => [name, state])).toEqual([
      ['ams-nl', 'connected'],
      ['san-us', 'connected'],
      ['ams-nl', 'away'],
    ]);
    expect(fleet.vps()[2]?.since).toEqual(new Date(1_700_000_001_000));
  });

  test('a controller that says nothing of those that are away is waited for shortly', async () => {
    const { fleet } = await startTalk();
    expect(await fleet.settled(1)).toBe(false);
  });
});

describe('changes', () => {
  const plain = ({ type, vp }: Change): unknown[] => [type, vp.id, vp.name, vp.state];

  /** The changes until one of the VP with the name `end`. */
  async function until(changes: AsyncIterable<Change>, end = 'end'): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const change of changes) {
      if (change.vp.name === end) return found;
      found.push(plain(change));
    }
    return found;
  }

  test('one by one, to who reads', async () => {
    const { fleet, client } = await startTalk();
    const changes = fleet.changes();
    const next = async (): Promise<unknown[]> => {
      const { value } = await changes.next();
      return value === undefined ? [] : plain(value);
    };
    client.update(3, [[1, 'new']]);
    expect(await next()).toEqual(['arrived', 3, 'new', 'connected']);
    client.update(3, [[1, 'newer']]);
    expect(await next()).toEqual(['changed', 3, 'newer', 'connected']);
    client.send(
      messages.away(3, [
        [1, 'newer'],
        [3, '192.0.2.3'],
      ]),
    );
    expect(await next()).toEqual(['changed', 3, 'newer', 'away']);
    client.send(messages.back(3));
    expect(await next()).toEqual(['changed', 3, 'newer', 'connected']);
    client.send(messages.depart(3));
    expect(await next()).toEqual(['gone', 3, 'newer', 'connected']);
    expect(fleet.vps().map(({ id }) => id)).toEqual([1, 2]);
  });

  test('who reads late is told the outcome', async () => {
    const { fleet, client } = await startTalk();
    const changes = fleet.changes();
    client.send(
      messages.update(3, [[1, 'came']]),
      messages.update(3, [[1, 'came and changed']]),
      messages.update(4, [[1, 'came and went']]),
      messages.depart(4),
      messages.depart(1),
      messages.update(1, [[1, 'told anew']]),
      messages.update(2, [[1, 'changed']]),
      messages.depart(2),
      messages.update(9, [[1, 'end']]),
    );
    await until(fleet.changes());
    expect(await until(changes)).toEqual([
      ['arrived', 3, 'came and changed', 'connected'],
      ['changed', 1, 'told anew', 'connected'],
      ['gone', 2, 'changed', 'connected'],
    ]);
  });

  test('of one that is away, the time may be all that is said; since when it is back is known', async () => {
    const { fleet, client } = await startTalk();
    const changes = fleet.changes();
    client.send(messages.away(1, [[0x8000, '1700000000.000000']]));
    const { value: away } = await changes.next();
    expect(away?.vp).toMatchObject({ name: 'ams-nl', state: 'away', since: new Date(1_700_000_000_000) });
    const before = Date.now();
    client.send(messages.back(1));
    const { value: back } = await changes.next();
    expect(back?.vp.since?.getTime()).toBeGreaterThanOrEqual(before);
  });

  test('what does not change anything is not told', async () => {
    const { fleet, client } = await startTalk();
    const changes = fleet.changes();
    client.send(
      messages.depart(77),
      messages.back(77),
      messages.back(1),
      messages.go(),
      messages.close(5),
      messages.data(5, 'x'),
      messages.update(9, [[1, 'end']]),
    );
    expect(await until(changes)).toEqual([]);
  });

  test('end with the connection: quietly when it was closed here', async () => {
    const { fleet } = await startTalk();
    const changes = fleet.changes();
    const next = changes.next();
    fleet.close();
    expect(await next).toEqual({ value: undefined, done: true });
    expect(await fleet.changes().next()).toEqual({ value: undefined, done: true });
    expect(await fleet.closed).toBeUndefined();
  });

  test('with a failure when it was lost, once what came is told', async () => {
    const { fleet, client } = await startTalk();
    const changes = fleet.changes();
    client.send(messages.update(3, [[1, 'last']]));
    client.socket.end();
    expect(await fleet.closed).toMatchObject({ code: 'SCR_MUX_LOST' });
    expect(await changes.next()).toMatchObject({ value: { type: 'arrived' } });
    await expect(changes.next()).rejects.toMatchObject({ code: 'SCR_MUX_LOST' });
    expect(await changes.next()).toEqual({ value: undefined, done: true });
    await expect(fleet.changes().next()).rejects.toMatchObject({ code: 'SCR_MUX_LOST' });
  });

  test('nothing is kept for who has stopped reading', async () => {
    const { fleet, client } = await startTalk();
    const changes = fleet.changes();
    client.update(3, [[1, 'end']]);
    expect(await until(changes)).toEqual([]);
    client.update(4, [[1, 'later']]);
    client.update(5, [[1, 'end']]);
    await until(fleet.changes());
    expect(await changes.next()).toEqual({ value: undefined, done: true });
  });
});
