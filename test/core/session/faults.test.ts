import { beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, said } from '../support/session.js';

describe('a peer that breaks the protocol is found out', () => {
  let session: Session;
  const sink = new Collected();

  beforeEach(() => {
    session = new Session();
    session.open(sink); // number 0
    session.send(1, Buffer.from('ping')); // number 1
    said(session);
  });

  test.each([
    ['data out of order', () => hear(session, 1, 1, 'x'), 'sequence 1 where 0 was due'],
    ['data sent twice', () => hear(session, 0, 1, 'x') && hear(session, 0, 1, 'x'), 'sequence 0 where 1 was due'],
    ['a keepalive with the wrong number', () => hear(session, 5, 0, [4]), 'sequence 5 where 0 was due'],
    [
      'an ACK with the wrong number',
      () => hearControl(session, 0xffffffff, 'ACK', 0),
      'sequence 4294967295 where 0 was due',
    ],
    ['an ACK of the younger message', () => hearControl(session, 0, 'ACK', 1), 'ACK of 1 where 0 was due'],
    ['an ACK of what was never sent', () => hearControl(session, 0, 'ACK', 7), 'ACK of 7 where 0 was due'],
    ['MASTER_NEW', () => hearControl(session, 0, 'MASTER_NEW', 0), 'control message 0 is out of place'],
    ['MASTER_ID', () => hearControl(session, 0, 'MASTER_ID', 0), 'control message 1 is out of place'],
    ['CHANNEL_NEW', () => hearControl(session, 0, 'CHANNEL_NEW', 1), 'control message 2 is out of place'],
    ['MASTER_RES', () => hearControl(session, 0, 'MASTER_RES', 0), 'control message 6 is out of place'],
    ['MASTER_REJ', () => hearControl(session, 0, 'MASTER_REJ', 0), 'control message 7 is out of place'],
    ['MASTER_OK', () => hearControl(session, 0, 'MASTER_OK', 0), 'control message 8 is out of place'],
    ['an unknown message', () => hear(session, 0, 0, [9, 0, 0, 0, 0]), 'control message 9 is out of place'],
    ['a cut ACK', () => hear(session, 0, 0, [5, 0, 0, 0]), 'control message 5 is cut short or out of place'],
    [
      'an ACK cut short behind other bytes of a read',
      () => session.frame(0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 9]), 6, 9),
      'control message 5 is cut short or out of place',
    ],
    ['a cut CHANNEL_FIN', () => hear(session, 0, 0, [3]), 'control message 3 is cut short or out of place'],
  ])('%s', (_what, misbehave, fault) => {
    expect(misbehave()).toBe(false); // decoding stops
    expect(session.fault).toBe(fault);
  });

  test('an ACK while nothing is due', () => {
    hearControl(session, 0, 'ACK', 0);
    hearControl(session, 0, 'ACK', 1);
    expect(session.fault).toBeUndefined();
    expect(hearControl(session, 0, 'ACK', 2)).toBe(false);
    expect(session.fault).toBe('ACK of 2 where none was due');
  });

  test('an ACK given twice', () => {
    expect(hearControl(session, 0, 'ACK', 0)).toBe(true);
    expect(hearControl(session, 0, 'ACK', 0)).toBe(false);
    expect(session.fault).toBe('ACK of 0 where 1 was due');
  });

  test('the first fault is the one that is told', () => {
    hear(session, 3, 1, 'x');
    hear(session, 4, 1, 'x');
    expect(session.fault).toBe('sequence 3 where 0 was due');
  });

  test('what came before the fault is delivered, what is wrong is not', () => {
    const own = new Collected();
    const channel = session.open(own);
    hear(session, 0, channel, 'good');
    hear(session, 0, channel, 'again');
    expect(own.text).toBe('good');
  });
});

test('the next connection begins without the fault of the last', () => {
  const session = new Session();
  hear(session, 3, 1, 'x');
  session.disconnected();
  session.connected(0);
  expect(session.fault).toBeUndefined();
});
