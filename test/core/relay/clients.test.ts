import { beforeEach, describe, expect, test } from 'vitest';
import type { Departure } from '../../../core/contract/observations.js';
import type { ChannelView } from '../../../core/contract/views.js';
import { type Client, Clients } from '../../../core/relay/clients.js';
import { FakeClock } from '../../../testing/index.js';

let notes: string[];
let clients: Clients;

beforeEach(() => {
  notes = [];
  clients = new Clients({
    attached: ({ id }) => void notes.push(`attached ${id}`),
    gone: ({ channel }) => void notes.push(`gone ${channel.id}`),
  });
});

/** A client that leaves when it is dismissed, where it is willing, and when it is closed. */
function attach(id: number, { deadline, isWilling = true }: { deadline?: number; isWilling?: boolean } = {}): Client {
  const channel = { id } as ChannelView;
  const leave = (why: string): void => {
    notes.push(`${why} ${id}`);
    clients.gone(client, { channel } as Departure);
  };
  const client: Client = {
    channel,
    deadline,
    expire: () => leave('expire'),
    dismiss: () => (isWilling ? leave('dismiss') : undefined),
    close: () => leave('close'),
  };
  clients.attached(client);
  return client;
}

test('clients that come and go are told of, each end once', () => {
  const client = attach(1);
  client.close();
  client.close();
  expect(notes).toEqual(['attached 1', 'close 1', 'gone 1', 'close 1']);
});

test('those whose time is up are disconnected, from their deadline on', () => {
  for (const deadline of [1_000, 1_001]) clients.watch(attach(deadline, { deadline }));
  clients.watch(attach(1)); // keeps pace
  attach(2, { deadline: 500 }); // is not watched
  const unwatched = attach(3, { deadline: 500 });
  clients.watch(unwatched);
  clients.unwatch(unwatched);
  notes = [];
  clients.sweep(999);
  expect(notes).toEqual([]);
  clients.sweep(1_000);
  expect(notes).toEqual(['expire 1000', 'gone 1000']);
});

describe('at stop', () => {
  test('there is nothing to wait for where nobody is', async () => {
    const clock = new FakeClock();
    await clients.dismiss(clock);
    expect(clock.pending).toBe(0);
  });

  test('all are let go, and no timer is left', async () => {
    const clock = new FakeClock();
    [1, 2].forEach((id) => attach(id));
    notes = [];
    await clients.dismiss(clock);
    expect(notes).toEqual(['dismiss 1', 'gone 1', 'dismiss 2', 'gone 2']);
    expect(clock.pending).toBe(0);
  });

  test('those that do not leave are cut off after 2 s', async () => {
    const clock = new FakeClock();
    attach(1, { isWilling: false });
    attach(2);
    const dismissed = clients.dismiss(clock);
    await clock.advance(1_999);
    expect(notes.slice(-2)).toEqual(['dismiss 2', 'gone 2']);
    await clock.advance(1);
    await dismissed;
    expect(notes.slice(-2)).toEqual(['close 1', 'gone 1']);
  });
});
