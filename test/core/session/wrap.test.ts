import { expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, resumeRequest, said } from '../support/session.js';

const last = 0xffffffff;

test('our numbers wrap around, and so do the ACKs expected for them', () => {
  const session = new Session({ sequence: last });
  const channel = session.open(new Collected());
  session.send(channel, Buffer.from('a'));
  session.send(channel, Buffer.from('b'));
  expect(said(session)).toEqual([`#${last} CHANNEL_NEW 1`, '#0 data 1 a', '#1 data 1 b']);
  for (const sequence of [last, 0, 1]) expect(hearControl(session, last, 'ACK', sequence)).toBe(true);
  expect(session.heldBytes).toBe(0);
});

test('the numbers of the instance wrap around, and so do our ACKs', () => {
  const session = new Session({ sequence: last });
  const sink = new Collected();
  const channel = session.open(sink);
  said(session);
  hear(session, last, channel, 'a');
  hear(session, 0, channel, 'b');
  hear(session, 1, channel, 'c');
  session.acknowledge();
  expect(sink.text).toBe('abc');
  expect(said(session)).toEqual([`#0 ACK ${last}`, '#0 ACK 0', '#0 ACK 1']);
});

test('a session resumes across the wrap-around', () => {
  const session = new Session({ sequence: last - 1 });
  const channel = session.open(new Collected()); // last - 1
  for (const text of ['a', 'b', 'c']) session.send(channel, Buffer.from(text)); // last, 0, 1
  hear(session, last - 1, channel, 'x');
  hear(session, last, channel, 'y');
  session.disconnected();
  const request = resumeRequest(0, last, 0);
  expect(session.canResume(request)).toBe(true);
  session.resume(request);
  expect(said(session)).toEqual(['#0 MASTER_OK 0', '#0 data 1 b', '#1 data 1 c']);
  expect(session.canResume(resumeRequest(2, 0, 0))).toBe(true);
  expect(session.canResume(resumeRequest(3, 0, 0))).toBe(false);
  expect(session.canResume(resumeRequest(last, 0, 0))).toBe(false);
});
