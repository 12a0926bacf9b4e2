import { describe, expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, resumeRequest, said } from '../support/session.js';

/** scamper has taken 40 of another controller's messages, and holds 3 of its own, up to 99. */
const request = resumeRequest(40, 97, 100);

/** A session that was begun elsewhere, carried again at 0; what it says first has been taken. */
function recalled({ channel = 700 } = {}): Session {
  const session = new Session({ recalled: request, channel });
  session.resume(request);
  session.connected(0);
  said(session);
  return session;
}

describe('a session that another controller began', () => {
  test('goes on with the numbers that the instance names, and a channel for nobody', () => {
    const session = new Session({ recalled: request, channel: 700 });
    expect(session.canResume(request)).toBe(true);
    session.resume(request);
    expect(said(session)).toEqual(['#0 MASTER_OK 100', '#40 CHANNEL_NEW 701', '#41 CHANNEL_FIN 701']);
  });

  test('says nothing before the connection carries it', () => {
    const session = new Session({ recalled: request, channel: 0 });
    expect(said(session)).toEqual([]);
  });

  test('does not go on where the instance holds messages that it has not numbered yet', () => {
    const odd = resumeRequest(40, 101, 100);
    expect(new Session({ recalled: odd }).canResume(odd)).toBe(false);
  });

  test('opens channels behind the number given, without 0', () => {
    const session = new Session({ recalled: request, channel: 0xffff_fffe });
    expect(session.open(new Collected())).toBe(1);
    session.resume(request);
    expect(said(session)).toEqual([
      '#0 MASTER_OK 100',
      '#40 CHANNEL_NEW 4294967295',
      '#41 CHANNEL_FIN 4294967295',
      '#42 CHANNEL_NEW 1',
    ]);
  });

  test('the one that went before cannot go on when the channel for nobody has ended', () => {
    const before = new Session();
    before.open(new Collected());
    for (let sequence = 0; sequence < 3; sequence++) hear(before, sequence, 1, 'x');
    before.acknowledge();
    before.disconnected();
    const asked = resumeRequest(1, 3, 3);
    expect(before.canResume(asked)).toBe(true);
    const after = new Session({ recalled: asked, channel: 700 });
    after.resume(asked);
    said(after);
    hear(after, 3, 701, 'MORE\n');
    hearControl(after, 4, 'CHANNEL_FIN', 701);
    after.acknowledge();
    expect(said(after)).toEqual(['#3 ACK 3', '#3 ACK 4']);
    expect(before.canResume(resumeRequest(3, 5, 5))).toBe(false);
  });
});

describe('an orphan', () => {
  test('is finished when it has said something, and did not end by itself within 2 s, once', () => {
    const session = recalled();
    expect(session.hasOrphans).toBe(false);
    session.heard(500);
    expect(hear(session, 100, 3, 'DATA 12')).toBe(true);
    expect(session.hasOrphans).toBe(true);
    session.finishOrphans(2_499);
    session.acknowledge();
    expect(said(session)).toEqual(['#42 ACK 100']);
    session.finishOrphans(2_500);
    expect(said(session)).toEqual(['#42 CHANNEL_FIN 3']);
    expect(session.hasOrphans).toBe(false);
    session.heard(3_000);
    hear(session, 101, 3, 'more');
    session.finishOrphans(9_000);
    hearControl(session, 102, 'CHANNEL_FIN', 3);
    session.acknowledge();
    expect(said(session)).toEqual(['#43 ACK 101', '#43 ACK 102']);
    expect(session.fault).toBeUndefined();
  });

  test('that ends by itself is let alone', () => {
    const session = recalled();
    hear(session, 100, 3, 'DATA 12');
    hearControl(session, 101, 'CHANNEL_FIN', 3);
    session.acknowledge();
    said(session);
    session.finishOrphans(60_000);
    expect(said(session)).toEqual([]);
  });

  test('has its time anew after each resume', () => {
    const session = recalled();
    hear(session, 100, 3, 'DATA 12');
    session.disconnected();
    session.resume(resumeRequest(42, 101, 101));
    session.connected(40_000);
    said(session, 40_000);
    session.finishOrphans(41_999);
    expect(said(session)).toEqual([]);
    session.finishOrphans(42_000);
    expect(said(session)).toEqual(['#42 CHANNEL_FIN 3']);
  });

  test('keeps its number from being used', () => {
    const session = recalled({ channel: 700 });
    hear(session, 100, 702, 'DATA 12');
    expect(session.open(new Collected())).toBe(703);
  });

  test('is one of 1,024 that are known at a time', () => {
    const session = recalled();
    for (let index = 0; index < 2_000; index++) hear(session, 100 + index, 10_000 + index, 'x');
    session.acknowledge();
    said(session);
    session.finishOrphans(60_000);
    expect(said(session)).toHaveLength(1_024);
    hear(session, 2_100, 11_999, 'x');
    session.finishOrphans(120_000);
    session.acknowledge();
    expect(said(session)).toContain('#1066 CHANNEL_FIN 11999');
  });

  test('is not looked for where the session began here', () => {
    const session = new Session();
    hear(session, 0, 3, 'DATA 12');
    expect(session.hasOrphans).toBe(false);
    session.finishOrphans(60_000);
    expect(session.channelCount).toBe(0);
  });
});
