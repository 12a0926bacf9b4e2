import { expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, said } from '../support/session.js';

test('every reliable message of a read gets its own ACK, in order, in one buffer', () => {
  const session = new Session();
  const channel = session.open(new Collected());
  said(session);
  hear(session, 0, channel, 'a');
  hear(session, 1, channel, 'b');
  hearControl(session, 2, 'CHANNEL_FIN', channel);
  session.acknowledge();
  const output = session.takeOutput(0);
  expect(output).toHaveLength(1);
  expect(output[0]?.toString('hex').match(/.{30}/g)).toEqual(
    ['00000000', '00000001', '00000002'].map((sequence) => `00000001000000000005` + `05${sequence}`),
  );
});

test('nothing is acknowledged twice', () => {
  const session = new Session();
  hear(session, 0, 1, 'a');
  session.acknowledge();
  expect(said(session)).toEqual(['#0 ACK 0']);
  session.acknowledge();
  expect(said(session)).toEqual([]);
  hear(session, 1, 1, 'b');
  session.acknowledge();
  expect(said(session)).toEqual(['#0 ACK 1']);
});

test('keepalives and ACKs are not acknowledged and use up no number', () => {
  const session = new Session();
  session.open(new Collected());
  said(session);
  expect(hear(session, 0, 0, [4])).toBe(true); // decoding goes on
  hearControl(session, 0, 'ACK', 0);
  hear(session, 0, 0, [4]);
  session.acknowledge();
  expect(session.fault).toBeUndefined();
  expect(said(session)).toEqual([]);
});

test('ACKs carry the next number of ours without using it up', () => {
  const session = new Session();
  const channel = session.open(new Collected());
  hear(session, 0, channel, 'a');
  session.acknowledge();
  session.send(channel, Buffer.from('b'));
  expect(said(session)).toEqual(['#0 CHANNEL_NEW 1', '#1 ACK 0', '#1 data 1 b']);
});

test('data and the end of a channel nobody knows are acknowledged and dropped', () => {
  const session = new Session();
  expect(hear(session, 0, 99, 'x')).toBe(true);
  expect(hearControl(session, 1, 'CHANNEL_FIN', 99)).toBe(true);
  session.acknowledge();
  expect(said(session)).toEqual(['#0 ACK 0', '#0 ACK 1']);
});

test('what was acknowledged is held no longer', () => {
  const session = new Session();
  const channel = session.open(new Collected());
  const before = session.heldBytes;
  session.send(channel, Buffer.alloc(5_000));
  expect(session.heldBytes).toBeGreaterThanOrEqual(before + 5_000);
  hearControl(session, 0, 'ACK', 0);
  hearControl(session, 0, 'ACK', 1);
  expect(session.heldBytes).toBe(0);
  expect(session.fault).toBeUndefined();
});

test('many tiny messages are counted with what it takes to hold them', () => {
  const session = new Session();
  const channel = session.open(new Collected());
  for (let count = 0; count < 1_000; count++) session.send(channel, Buffer.from('x'));
  expect(session.heldBytes).toBeGreaterThan(100_000);
});
