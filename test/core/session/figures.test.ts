import { describe, expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, resumeRequest, said } from '../support/session.js';

describe('messages sent', () => {
  test('are those that use up a number, those that wait for a connection included', () => {
    const session = new Session();
    expect(session.sent).toBe(0);
    const channel = session.open(new Collected());
    session.disconnected();
    session.send(channel, Buffer.alloc(40_000)); // two frames
    session.finish(channel);
    expect(session.sent).toBe(3); // CHANNEL_FIN waits until the bytes are acknowledged
  });

  test('are neither ACKs nor keepalives, nor what is sent again', () => {
    const session = new Session();
    session.open(new Collected());
    hear(session, 0, 1, 'x');
    session.acknowledge();
    session.tick(28_000);
    session.disconnected();
    session.resume(resumeRequest(0, 1, 1));
    expect(session.sent).toBe(1);
  });
});

describe('messages received', () => {
  test('are those that use up a number, whether or not they are acknowledged', () => {
    const session = new Session();
    expect(session.received).toBe(0);
    session.open(new Collected());
    hear(session, 0, 1, 'x');
    expect(session.received).toBe(1);
    session.acknowledge();
    hear(session, 1, 1, 'y');
    hearControl(session, 2, 'ACK', 0);
    hear(session, 2, 0, [4]);
    hearControl(session, 2, 'CHANNEL_FIN', 1);
    expect(session.received).toBe(3);
    session.acknowledge();
    expect(session.received).toBe(3);
  });

  test('count once where the connection is lost before they are acknowledged', () => {
    const session = new Session();
    hear(session, 0, 1, 'x');
    hear(session, 1, 1, 'y');
    session.disconnected();
    expect(session.received).toBe(2);
    session.resume(resumeRequest(0, 2, 2));
    hear(session, 2, 1, 'z');
    session.acknowledge();
    expect(session.received).toBe(3);
  });
});

describe('the round trip', () => {
  test('is unknown before the first ACK', () => {
    const session = new Session();
    session.open(new Collected());
    said(session, 100);
    expect(session.roundTrip).toBeUndefined();
  });

  test('is the time from when a message left until its ACK was read', () => {
    const session = new Session();
    session.open(new Collected());
    said(session, 1_000);
    session.heard(1_040);
    hearControl(session, 0, 'ACK', 0);
    expect(session.roundTrip).toBe(40);
  });

  test('is that of the newest of the messages that left together', () => {
    const session = new Session();
    session.open(new Collected());
    session.open(new Collected());
    said(session, 1_000);
    session.heard(1_010);
    hearControl(session, 0, 'ACK', 0);
    expect(session.roundTrip).toBeUndefined();
    session.heard(1_025);
    hearControl(session, 0, 'ACK', 1);
    expect(session.roundTrip).toBe(25);
  });

  test('is taken of the first message also where a keepalive left before it', () => {
    const session = new Session();
    session.tick(28_000);
    said(session, 28_000);
    session.open(new Collected());
    said(session, 28_100);
    session.heard(28_107);
    hearControl(session, 0, 'ACK', 0);
    expect(session.roundTrip).toBe(7);
  });

  test('is taken of one message at a time, and then of another', () => {
    const session = new Session();
    session.open(new Collected());
    said(session, 1_000);
    session.open(new Collected());
    said(session, 1_100); // while the first is timed
    session.heard(1_200);
    hearControl(session, 0, 'ACK', 0);
    expect(session.roundTrip).toBe(200);
    session.heard(1_300);
    hearControl(session, 0, 'ACK', 1);
    expect(session.roundTrip).toBe(200);
    session.open(new Collected());
    said(session, 2_000);
    session.heard(2_005);
    hearControl(session, 0, 'ACK', 2);
    expect(session.roundTrip).toBe(5);
  });

  test('is not taken of what uses up no number', () => {
    const session = new Session();
    session.open(new Collected());
    said(session, 0);
    session.tick(28_000);
    said(session, 28_000);
    session.heard(28_010);
    hearControl(session, 0, 'ACK', 0);
    expect(session.roundTrip).toBe(28_010);
    session.tick(60_000);
    said(session, 60_000); // a keepalive: nothing to time
    session.open(new Collected());
    said(session, 61_000);
    session.heard(61_007);
    hearControl(session, 0, 'ACK', 1);
    expect(session.roundTrip).toBe(7);
  });

  test('is not taken over a loss of the connection, nor of what is sent again', () => {
    const session = new Session();
    session.open(new Collected());
    said(session, 1_000);
    session.disconnected();
    session.resume(resumeRequest(0, 0, 0));
    session.connected(900_000);
    said(session, 900_000);
    session.heard(900_050);
    hearControl(session, 0, 'ACK', 0);
    expect(session.roundTrip).toBeUndefined();
    session.open(new Collected());
    said(session, 900_100);
    session.heard(900_103);
    hearControl(session, 0, 'ACK', 1);
    expect(session.roundTrip).toBe(3);
  });
});

describe('ACKs are owed at once', () => {
  test('where there are as many as were named', () => {
    const session = new Session();
    hear(session, 0, 1, 'a');
    expect(session.owesAtOnce(2)).toBe(false);
    hear(session, 1, 1, 'b');
    expect(session.owesAtOnce(2)).toBe(true);
    session.acknowledge();
    expect(session.owesAtOnce(2)).toBe(false);
  });

  test('where our CHANNEL_FIN waits for them', () => {
    const session = new Session();
    const channel = session.open(new Collected());
    session.send(channel, Buffer.from('done\n'));
    session.finish(channel);
    hearControl(session, 0, 'ACK', 0);
    expect(session.owesAtOnce(8)).toBe(false);
    hearControl(session, 0, 'ACK', 1);
    expect(session.owesAtOnce(8)).toBe(true);
    session.acknowledge();
    expect(session.owesAtOnce(8)).toBe(false);
  });

  test('not because a client that goes on has nothing unacknowledged', () => {
    const session = new Session();
    const channel = session.open(new Collected());
    session.send(channel, Buffer.from('ping\n'));
    for (const sequence of [0, 1]) hearControl(session, 0, 'ACK', sequence);
    expect(session.owesAtOnce(8)).toBe(false);
  });

  test('while the instance sends again what it held', () => {
    const session = new Session();
    session.disconnected();
    session.resume(resumeRequest(0, 0, 2));
    hear(session, 0, 1, 'a');
    expect(session.owesAtOnce(8)).toBe(true);
    hear(session, 1, 1, 'b');
    session.acknowledge();
    hear(session, 2, 1, 'c');
    expect(session.owesAtOnce(8)).toBe(false);
  });
});
