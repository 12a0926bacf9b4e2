import { describe, expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { frames } from '../support/frames.js';
import { Collected, hear, hearControl, said } from '../support/session.js';

describe('a channel', () => {
  test('is opened with the next number from 1', () => {
    const session = new Session();
    expect(session.open(new Collected())).toBe(1);
    expect(session.open(new Collected())).toBe(2);
    expect(said(session)).toEqual(['#0 CHANNEL_NEW 1', '#1 CHANNEL_NEW 2']);
    expect(session.channelCount).toBe(2);
  });

  test('is never number 0, also when the numbers wrap around', () => {
    const session = new Session({ channel: 0xfffffffd });
    const opened = [1, 2, 3, 4].map(() => session.open(new Collected()));
    expect(opened).toEqual([0xfffffffe, 0xffffffff, 1, 2]);
  });

  test('does not take the number of one that has ended', () => {
    const session = new Session();
    const first = session.open(new Collected());
    hearControl(session, 0, 'CHANNEL_FIN', first);
    expect(session.open(new Collected())).toBe(first + 1);
  });

  test('brings its bytes to its own sink only', () => {
    const session = new Session();
    const sinks = [new Collected(), new Collected()] as const;
    const [one, other] = [session.open(sinks[0]), session.open(sinks[1])];
    hear(session, 0, other, 'other');
    hear(session, 1, one, 'one');
    hear(session, 2, other, '!');
    expect(sinks.map((sink) => sink.text)).toEqual(['one', 'other!']);
  });

  test('still brings results after our FIN, until the instance finishes', () => {
    const session = new Session();
    const sink = new Collected();
    const channel = session.open(sink);
    session.finish(channel);
    hear(session, 0, channel, 'the rest');
    expect(sink).toMatchObject({ text: 'the rest', ended: false });
    hearControl(session, 1, 'CHANNEL_FIN', channel);
    expect(sink.ended).toBe(true);
    expect(session.channelCount).toBe(0);
  });

  test('sends nothing more after our FIN, and one FIN only', () => {
    const session = new Session();
    const channel = session.open(new Collected());
    session.finish(channel);
    session.finish(channel);
    expect(session.send(channel, Buffer.from('late'))).toBe(false);
    expect(said(session)).toEqual(['#0 CHANNEL_NEW 1', '#1 CHANNEL_FIN 1']);
  });

  test('sends nothing, not even a FIN, after the FIN of the instance', () => {
    const session = new Session();
    const sink = new Collected();
    const channel = session.open(sink);
    said(session);
    hearControl(session, 0, 'CHANNEL_FIN', channel);
    expect(session.send(channel, Buffer.from('late'))).toBe(false);
    session.finish(channel);
    session.abandon(channel);
    session.acknowledge();
    expect(said(session)).toEqual(['#1 ACK 0']);
    expect(sink.ended).toBe(true);
  });

  test('that was abandoned is finished, and what still comes on it is dropped', () => {
    const session = new Session();
    const sink = new Collected();
    const channel = session.open(sink);
    session.abandon(channel);
    expect(said(session)).toEqual(['#0 CHANNEL_NEW 1', '#1 CHANNEL_FIN 1']);
    hear(session, 0, channel, 'late');
    hearControl(session, 1, 'CHANNEL_FIN', channel);
    session.acknowledge();
    expect(sink).toMatchObject({ text: '', ended: false });
    expect(said(session)).toEqual(['#2 ACK 0', '#2 ACK 1']);
  });

  test('that was never opened cannot be sent on or finished', () => {
    const session = new Session();
    expect(session.send(5, Buffer.from('x'))).toBe(false);
    session.finish(5);
    session.abandon(5);
    expect(said(session)).toEqual([]);
  });

  test('that the instance finishes twice does no harm to others', () => {
    const session = new Session();
    const [one, other] = [session.open(new Collected()), session.open(new Collected())];
    hearControl(session, 0, 'CHANNEL_FIN', one);
    hearControl(session, 1, 'CHANNEL_FIN', one);
    expect(session.channelCount).toBe(1);
    expect(session.send(other, Buffer.from('x'))).toBe(true);
  });

  test('ends when the session does, and is told why', () => {
    const session = new Session();
    const sinks = [new Collected(), new Collected()] as const;
    sinks.forEach((sink) => session.open(sink));
    hear(session, 0, 1, 'x');
    const why = { code: 'SCR_STOPPED', reason: 'told to' };
    session.close(why);
    expect(sinks.map(({ ended, why: told }) => [ended, told])).toEqual([
      [true, why],
      [true, why],
    ]);
    expect(session.send(1, Buffer.from('x'))).toBe(false);
    expect(said(session)).toEqual([]);
    expect(session).toMatchObject({ heldBytes: 0, channelCount: 0 });
  });

  test('that the instance finishes ends without a reason of ours', () => {
    const session = new Session();
    const sink = new Collected();
    session.open(sink);
    hearControl(session, 0, 'CHANNEL_FIN', 1);
    expect(sink).toMatchObject({ ended: true, why: undefined });
  });
});

test.each([1, 32_768, 65_535, 65_536, 1_000_000])(
  '%i octets of a client leave as frames that are allowed',
  (length) => {
    const session = new Session();
    const channel = session.open(new Collected());
    session.takeOutput(0);
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) bytes[at] = (at * 7) % 251;
    expect(session.send(channel, bytes)).toBe(true);
    const sent = frames(session.takeOutput(0));
    expect(Buffer.concat(sent.map(({ payload }) => payload)).equals(bytes)).toBe(true);
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_frame, index) => index + 1));
    expect(sent.every((frame) => frame.channel === channel && frame.payload.length <= 65_535)).toBe(true);
  },
);

test.each([
  [32_768, [32_768]],
  [32_769, [16_385, 16_384]],
  [65_536, [32_768, 32_768]],
  [100_000, [25_000, 25_000, 25_000, 25_000]],
])('%i octets of a client leave in frames of one size', (length, sizes) => {
  const session = new Session();
  const channel = session.open(new Collected());
  session.takeOutput(0);
  session.send(channel, Buffer.alloc(length));
  expect(frames(session.takeOutput(0)).map(({ payload }) => payload.length)).toEqual(sizes);
});

test('what is held is a copy, in memory of its own once much is held', () => {
  const session = new Session();
  const channel = session.open(new Collected());
  const bytes = Buffer.from('ping');
  const sendOne = (): Buffer | undefined => {
    session.takeOutput(0);
    session.send(channel, bytes);
    return session.takeOutput(0)[0];
  };
  const first = sendOne();
  bytes.fill(0);
  expect(first?.subarray(-4).toString()).toBe('ping');
  expect(first?.buffer.byteLength).toBeGreaterThan(first?.length ?? 0);
  session.send(channel, Buffer.alloc(70_000));
  const later = sendOne();
  expect(later?.buffer.byteLength).toBe(later?.length);
});

test('sending no bytes sends nothing', () => {
  const session = new Session();
  const channel = session.open(new Collected());
  said(session);
  expect(session.send(channel, Buffer.alloc(0))).toBe(true);
  expect(said(session)).toEqual([]);
});
