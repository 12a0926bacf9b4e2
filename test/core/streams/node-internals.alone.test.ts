import { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { descriptorOf } from '../../../core/streams/node-internals.js';

/** The file as it is loaded in a Node that is made to be another one. */
function inThisNode() {
  vi.resetModules();
  return import('../../../core/streams/node-internals.js');
}

const symbolsOf = Object.getOwnPropertySymbols.bind(Object);

afterEach(() => vi.restoreAllMocks());

test('this Node can read sockets into a shared buffer, which is asked once', async () => {
  const { reading } = await inThisNode();
  const connect = vi.spyOn(Socket.prototype, 'connect');
  expect([reading(), reading()]).toEqual(['shared buffer', 'shared buffer']);
  expect(connect).toHaveBeenCalledTimes(1);
});

describe('sockets are read by their events', () => {
  test.each<[string, () => unknown]>([
    [
      'has no such slots',
      () =>
        vi
          .spyOn(Object, 'getOwnPropertySymbols')
          .mockImplementation((of) => symbolsOf(of).filter(({ description }) => description !== 'kBufferCb')),
    ],
    [
      'has two of one name',
      () =>
        vi
          .spyOn(Object, 'getOwnPropertySymbols')
          .mockImplementation((of) => [...symbolsOf(of), Symbol('kBuffer'), Symbol('other')]),
    ],
    ['keeps no handle', () => vi.spyOn(Socket.prototype, 'connect').mockReturnThis()],
    [
      'lets nobody connect',
      () =>
        vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
          throw new Error('not permitted');
        }),
    ],
  ])('where Node %s', async (_what, change) => {
    const { reading, readInto } = await inThisNode();
    change();
    expect(reading()).toBe('events');
    const socket = new Socket();
    expect(readInto(socket, Buffer.alloc(1), () => undefined)).toBe(false);
    socket.destroy();
  });
});

test('a socket that is not connected has no descriptor', () => {
  expect(descriptorOf(new Socket())).toBeUndefined();
});
