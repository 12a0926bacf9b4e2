import { expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, said } from '../support/session.js';

/** A channel that `done` was sent on. */
function saidDone(): { session: Session; channel: number } {
  const session = new Session();
  const channel = session.open(new Collected());
  session.send(channel, Buffer.from('done\n'));
  session.finish(channel);
  return { session, channel };
}

test('the client has left, but its bytes are not acknowledged: CHANNEL_FIN waits', () => {
  const { session } = saidDone();
  expect(said(session)).toEqual(['#0 CHANNEL_NEW 1', '#1 data 1 done\n']);
});

test('CHANNEL_FIN follows the ACK of the last of them', () => {
  const { session } = saidDone();
  said(session);
  hearControl(session, 0, 'ACK', 0);
  session.acknowledge();
  expect(said(session)).toEqual([]);
  hearControl(session, 0, 'ACK', 1);
  session.acknowledge();
  expect(said(session)).toEqual(['#2 CHANNEL_FIN 1']);
});

test('no CHANNEL_FIN is sent where that of the instance comes in the same read as the last ACK', () => {
  const { session, channel } = saidDone();
  said(session);
  hearControl(session, 0, 'ACK', 0);
  hearControl(session, 0, 'ACK', 1);
  hearControl(session, 0, 'CHANNEL_FIN', channel);
  session.acknowledge();
  expect(said(session)).toEqual(['#2 ACK 0']);
});

test('a channel that nothing was sent on is finished at once', () => {
  const session = new Session();
  session.finish(session.open(new Collected()));
  expect(said(session)).toEqual(['#0 CHANNEL_NEW 1', '#1 CHANNEL_FIN 1']);
});

test('what the instance still sends on a channel that waits for its end arrives', () => {
  const session = new Session();
  const sink = new Collected();
  const channel = session.open(sink);
  session.send(channel, Buffer.from('ping\n'));
  session.finish(channel);
  hear(session, 0, channel, 'MORE\n');
  expect(sink.text).toBe('MORE\n');
});
