import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/index.js';
import { Sessions } from '../../plugins/zombie/state/sessions.js';
import { wallSettings } from '../../plugins/zombie/state/wall.js';

/** What a session is written as. */
const X = 'x'.repeat(43);

describe('the sessions that are known', () => {
  const connected = `{"s":"${X}","n":"foo","at":1}\n`;

  function known(): Sessions {
    const sessions = new Sessions();
    expect(sessions.attached(X, 'foo', 1)).toBe(connected);
    return sessions;
  }

  test('one that is connected has no end that could be bounded or moved', () => {
    const sessions = known();
    sessions.bound(5);
    sessions.shift(5);
    expect(sessions.text()).toBe(`{"v":1}\n${connected}`);
  });

  test('one whose time is up at this moment is forgotten', () => {
    const sessions = known();
    expect(sessions.lost(X, 5)).toBe(`{"s":"${X}","until":5}\n`);
    sessions.prune(4);
    expect(sessions.recall(X, 4)).toEqual({ monitorName: 'foo', since: new Date(1) });
    expect(sessions.recall(X, 5)).toBeUndefined();
    sessions.prune(5);
    expect(sessions.size).toBe(0);
    expect(sessions.recall(X, 4)).toBeUndefined();
    expect(sessions.gone(X)).toBeUndefined();
    expect(sessions.lost(X, 5)).toBeUndefined();
  });

  test('a last line that is whole but for its end is taken', () => {
    const sessions = new Sessions();
    expect(sessions.load(`{"v":1}\n${connected.trimEnd()}`, 7)).toBe(0);
    expect(sessions.text()).toBe(`{"v":1}\n{"s":"${X}","n":"foo","at":1,"until":7}\n`);
  });
});

test('a clock that is kept right was not set, until it has gone a second', () => {
  const clock = new FakeClock();
  const wasSet = wallSettings(clock);
  clock.set(999);
  expect(wasSet()).toBe(0);
  clock.set(1);
  expect(wasSet()).toBe(1_000);
  expect(wasSet()).toBe(0);
});
