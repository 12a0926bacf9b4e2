import { describe, expect, test } from 'vitest';
import { Session } from '../../../core/session/session.js';
import { Collected, hear, hearControl, said } from '../support/session.js';

describe('keepalive', () => {
  test('is sent after 28 s without a word of ours, and again 28 s later', () => {
    const session = new Session();
    session.connected(1_000);
    expect(session.tick(28_999)).toBe('well');
    expect(said(session, 28_999)).toEqual([]);
    expect(session.tick(29_000)).toBe('keepalive');
    expect(said(session, 29_000)).toEqual(['#0 KEEPALIVE']);
    session.tick(56_999);
    expect(said(session, 56_999)).toEqual([]);
    session.heard(56_999);
    session.tick(57_000);
    expect(said(session, 57_000)).toEqual(['#0 KEEPALIVE']);
  });

  test('is put off by whatever else is sent, ACKs included', () => {
    const session = new Session();
    session.connected(0);
    hear(session, 0, 1, 'x');
    session.acknowledge();
    said(session, 20_000);
    session.heard(20_000);
    session.tick(47_999);
    expect(said(session, 47_999)).toEqual([]);
    session.tick(48_000);
    expect(said(session, 48_000)).toEqual(['#0 KEEPALIVE']);
  });

  test('carries our next number without using it up', () => {
    const session = new Session();
    session.connected(0);
    session.open(new Collected());
    said(session, 0);
    session.tick(28_000);
    expect(said(session, 28_000)).toEqual(['#1 KEEPALIVE']);
    session.open(new Collected());
    expect(said(session, 28_000)).toEqual(['#1 CHANNEL_NEW 2']);
  });
});

describe('silence', () => {
  test('of 60 s is reported', () => {
    const session = new Session();
    session.connected(500);
    expect(session.tick(60_499)).not.toBe('silent');
    expect(session.tick(60_500)).toBe('silent');
  });

  test('is counted from what was heard last', () => {
    const session = new Session();
    session.connected(0);
    session.heard(59_000);
    expect(session.tick(118_999)).not.toBe('silent');
    expect(session.tick(119_000)).toBe('silent');
  });

  test('is counted anew on the next connection', () => {
    const session = new Session();
    session.connected(0);
    session.disconnected();
    session.connected(1_000_000);
    expect(session.tick(1_059_999)).not.toBe('silent');
    expect(session.tick(1_060_000)).toBe('silent');
  });
});

describe('missing ACKs', () => {
  /** Heard all the time, and asked once a second, as the sweep does. */
  function healthAfter(session: Session, from: number, seconds: number): string[] {
    return Array.from({ length: seconds }, (_, index) => {
      const now = from + (index + 1) * 1000;
      session.heard(now);
      return session.tick(now);
    });
  }

  test('for 60 s make the instance count as deaf', () => {
    const session = new Session();
    session.connected(0);
    session.open(new Collected());
    expect(healthAfter(session, 0, 59)).not.toContain('deaf');
    expect(healthAfter(session, 59_000, 1)).toEqual(['deaf']);
  });

  test('count anew from each ACK', () => {
    const session = new Session();
    session.connected(0);
    session.open(new Collected());
    session.open(new Collected());
    healthAfter(session, 0, 50);
    hearControl(session, 0, 'ACK', 0);
    expect(healthAfter(session, 50_000, 60)).not.toContain('deaf');
    expect(healthAfter(session, 110_000, 1)).toEqual(['deaf']);
  });

  test('are excused while we do not read', () => {
    const session = new Session();
    session.connected(0);
    session.open(new Collected());
    healthAfter(session, 0, 59);
    session.excuse(59_000);
    expect(healthAfter(session, 59_000, 59)).not.toContain('deaf');
  });

  test('do not matter where nothing waits for one', () => {
    const session = new Session();
    session.connected(0);
    expect(healthAfter(session, 0, 200)).not.toContain('deaf');
  });
});
