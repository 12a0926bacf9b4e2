import { expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, resumeRequest, said } from '../support/session.js';

/** The client's last words wait in our hands; the instance finished the channel, but that was lost with the connection. */
function bothWait(): Session {
  const session = new Session();
  session.open(new Collected());
  said(session);
  hearControl(session, 0, 'ACK', 0);
  session.disconnected();
  session.finish(1);
  session.resume(resumeRequest(1, 0, 1));
  session.connected(0);
  return session;
}

test('after a resume nothing is sent on a channel that the instance had finished before it came back', () => {
  // It tells so as soon as it has MASTER_OK, and drops the connection for anything on the channel: at every resume anew.
  const session = bothWait();
  const first = said(session);
  expect(first[0]).toBe('#0 MASTER_OK 0');
  hearControl(session, 0, 'CHANNEL_FIN', 1);
  session.acknowledge();
  const second = said(session);
  expect([...first, ...second].filter((line) => line.endsWith('CHANNEL_FIN 1'))).toEqual([]);
  expect(second[0]).toBe('#1 ACK 0');
});

test('after a resume what waited is sent once the instance has told all it held', () => {
  const session = bothWait();
  const first = said(session);
  hear(session, 0, 1, 'the rest');
  session.acknowledge();
  expect([...first, ...said(session)].filter((line) => line.endsWith('CHANNEL_FIN 1'))).toEqual(['#1 CHANNEL_FIN 1']);
  expect(session.fault).toBeUndefined();
});

test('after a resume what waited is not sent before the last of what the instance held has come', () => {
  const session = new Session();
  session.open(new Collected());
  session.disconnected();
  session.resume(resumeRequest(0, 0, 2));
  expect(said(session)).toEqual(['#0 MASTER_OK 0']);
  hear(session, 0, 1, 'a');
  session.acknowledge();
  expect(said(session)).toEqual(['#0 ACK 0']);
  hear(session, 1, 1, 'b');
  session.acknowledge();
  expect(said(session)).toEqual(['#0 ACK 1', '#0 CHANNEL_NEW 1']);
});
