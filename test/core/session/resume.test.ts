import { beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, resumeRequest, said } from '../support/session.js';

/** Sent 0 to 4, of which 0 and 1 are acknowledged; received 0 to 2. */
function midway(): { session: Session; sink: Collected } {
  const session = new Session();
  session.connected(0);
  const sink = new Collected();
  const channel = session.open(sink); // 0
  for (const text of ['a', 'b', 'c', 'd']) session.send(channel, Buffer.from(text)); // 1 to 4
  for (const [sequence, text] of ['x', 'y', 'z'].entries()) hear(session, sequence, channel, text);
  hearControl(session, 3, 'ACK', 0);
  hearControl(session, 3, 'ACK', 1);
  session.acknowledge();
  said(session);
  expect(session.fault).toBeUndefined();
  return { session, sink };
}

describe('a resume', () => {
  let session: Session;
  let sink: Collected;

  beforeEach(() => {
    ({ session, sink } = midway());
    session.disconnected();
  });

  // Held are 2, 3 and 4; the next of ours is 5; the next of theirs is 3.
  test.each([
    ['rcv_nxt is the oldest held', 2, 3, 3, true],
    ['rcv_nxt is a number held', 4, 3, 3, true],
    ['rcv_nxt is our next number', 5, 3, 3, true],
    ['rcv_nxt is a number no longer held', 1, 3, 3, false],
    ['rcv_nxt is beyond our next number', 6, 3, 3, false],
    ['rcv_nxt is half the number space away', 0x80000002, 3, 3, false],
    ['snd_una is before our rcv_nxt', 5, 0, 3, true],
    ['snd_una is beyond our rcv_nxt', 5, 4, 5, false],
    ['snd_nxt is beyond our rcv_nxt', 5, 3, 9, true],
    ['snd_nxt is before our rcv_nxt', 5, 0, 2, false],
    ['both are far before our rcv_nxt', 5, 0xfffffff0, 0xfffffff1, false],
  ])('where %s (%i, %i, %i): accepted %s', (_what, rcvNxt, sndUna, sndNxt, accepted) => {
    expect(session.canResume(resumeRequest(rcvNxt, sndUna, sndNxt))).toBe(accepted);
  });

  test('says MASTER_OK with our rcv_nxt first, then sends what did not arrive, in order, with the old numbers', () => {
    session.resume(resumeRequest(3, 3, 3));
    expect(said(session)).toEqual(['#0 MASTER_OK 3', '#3 data 1 c', '#4 data 1 d']);
  });

  test('sends nothing again where all arrived', () => {
    session.resume(resumeRequest(5, 3, 3));
    expect(said(session)).toEqual(['#0 MASTER_OK 3']);
    expect(session.heldBytes).toBe(0);
  });

  test('sends everything held where nothing arrived', () => {
    session.resume(resumeRequest(2, 3, 3));
    expect(said(session)).toEqual(['#0 MASTER_OK 3', '#2 data 1 b', '#3 data 1 c', '#4 data 1 d']);
  });

  test('sends what clients gave meanwhile, behind what was held', () => {
    session.send(1, Buffer.from('e'));
    session.finish(1);
    session.resume(resumeRequest(4, 3, 3));
    expect(said(session)).toEqual(['#0 MASTER_OK 3', '#4 data 1 d', '#5 data 1 e']);
  });

  test('acknowledges nothing of the connection before', () => {
    session.resume(resumeRequest(5, 0, 3));
    session.acknowledge();
    expect(said(session)).toEqual(['#0 MASTER_OK 3']);
  });

  test('goes on counting as before', () => {
    session.resume(resumeRequest(4, 3, 3));
    session.connected(0);
    said(session);
    expect(hear(session, 3, 1, 'w')).toBe(true);
    expect(hearControl(session, 4, 'ACK', 4)).toBe(true);
    session.acknowledge();
    session.send(1, Buffer.from('e'));
    expect(said(session)).toEqual(['#5 ACK 3', '#5 data 1 e']);
    expect(sink.text).toBe('xyzw');
  });

  test('can be followed by another before anything was acknowledged', () => {
    session.resume(resumeRequest(2, 3, 3));
    said(session);
    session.disconnected();
    expect(session.canResume(resumeRequest(2, 3, 3))).toBe(true);
    session.resume(resumeRequest(2, 3, 3));
    expect(said(session)).toEqual(['#0 MASTER_OK 3', '#2 data 1 b', '#3 data 1 c', '#4 data 1 d']);
  });
});

describe('held messages of a channel that the instance has finished', () => {
  test('are replaced by the opening of a channel for nobody, with the same numbers', () => {
    const { session } = midway();
    hearControl(session, 3, 'CHANNEL_FIN', 1);
    session.disconnected();
    session.resume(resumeRequest(3, 4, 4));
    expect(said(session)).toEqual(['#0 MASTER_OK 4', '#3 CHANNEL_NEW 2', '#4 CHANNEL_FIN 2']);
  });

  test('of an odd count need one more number, once: the channel for nobody is finished', () => {
    const { session } = midway();
    hearControl(session, 3, 'CHANNEL_FIN', 1);
    session.disconnected();
    session.resume(resumeRequest(4, 4, 4));
    expect(said(session)).toEqual(['#0 MASTER_OK 4', '#4 CHANNEL_NEW 2', '#5 CHANNEL_FIN 2']);
  });

  test('do not grow when the instance finishes each channel for nobody and comes back from its oldest number', () => {
    const { session } = midway();
    let theirs = 3;
    hearControl(session, theirs++, 'CHANNEL_FIN', 1);
    const most = session.heldBytes + 300;
    for (let round = 0; round < 200; round++) {
      session.disconnected();
      session.resume(resumeRequest(2, theirs, theirs));
      session.connected(0);
      const opened = said(session).flatMap((line) => /CHANNEL_NEW (\d+)/.exec(line)?.[1] ?? []);
      for (const channel of opened) hearControl(session, theirs++, 'CHANNEL_FIN', Number(channel));
      session.acknowledge();
      expect(session.fault).toBeUndefined();
      expect(session.heldBytes).toBeLessThanOrEqual(most);
    }
  });

  test('leave the messages of other channels as they are, in place', () => {
    const session = new Session();
    const [one, other] = [session.open(new Collected()), session.open(new Collected())]; // 0, 1
    session.send(one, Buffer.from('gone')); // 2
    session.send(other, Buffer.from('kept')); // 3
    hearControl(session, 0, 'CHANNEL_FIN', one);
    session.disconnected();
    session.resume(resumeRequest(2, 1, 1));
    expect(said(session)).toEqual(['#0 MASTER_OK 1', '#2 CHANNEL_NEW 3', '#3 data 2 kept', '#4 CHANNEL_FIN 3']);
  });

  test('become channels whose results nobody gets and whose FIN is taken', () => {
    const { session, sink } = midway();
    hearControl(session, 3, 'CHANNEL_FIN', 1);
    session.disconnected();
    session.resume(resumeRequest(4, 4, 4));
    session.connected(0);
    said(session);
    for (const sequence of [4, 5]) expect(hearControl(session, 4, 'ACK', sequence)).toBe(true); // NEW and FIN
    expect(hear(session, 4, 2, 'MORE')).toBe(true);
    expect(hearControl(session, 5, 'CHANNEL_FIN', 2)).toBe(true);
    session.acknowledge();
    expect(said(session)).toEqual(['#6 ACK 4', '#6 ACK 5']);
    expect(session.channelCount).toBe(0);
    expect(sink.text).toBe('xyz');
  });
});
