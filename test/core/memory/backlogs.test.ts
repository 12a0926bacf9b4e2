import { describe, expect, test } from 'vitest';
import { Backlogs } from '../../../core/memory/backlogs.js';

const MOST = 1_000;

function world() {
  const time = { now: 0 };
  const backlogs = new Backlogs(MOST, () => time.now);
  const dropped: string[] = [];
  const open = (user: string, name: string) => backlogs.open(user, () => dropped.push(name));
  return { time, backlogs, dropped, open };
}

describe('what is kept for all', () => {
  test('is counted, whoever keeps it', () => {
    const { backlogs, open, dropped } = world();
    const [one, other] = [open('u', 'one'), open('v', 'other')];
    one.set(400);
    other.set(600);
    expect(backlogs.octets).toBe(1_000);
    one.set(100);
    one.set(100);
    other.set(0);
    other.set(0);
    expect(backlogs.octets).toBe(100);
    expect(dropped).toEqual([]);
  });

  test('costs a client of the user for whom most is kept, when it is too much', () => {
    const { backlogs, open, dropped } = world();
    const honest = open('v', 'honest');
    honest.set(300);
    const many = Array.from({ length: 8 }, (_each, index) => open('u', `u${index}`));
    many.forEach((one, index) => one.set(90 + index));
    expect(dropped).toEqual(['u7']);
    expect(backlogs.octets).toBe(300 + 7 * 90 + 21);
    honest.set(360);
    expect(dropped).toEqual(['u7', 'u6']);
  });

  test('costs as many clients as it takes, the one that asks for more included', () => {
    const { backlogs, open, dropped } = world();
    ['a', 'b', 'c'].forEach((name) => open('u', name).set(300));
    open('v', 'greedy').set(2_000);
    expect(dropped).toEqual(['greedy']);
    open('u', 'greedy too').set(999);
    expect(dropped).toEqual(['greedy', 'greedy too']);
    expect(backlogs.octets).toBe(900);
  });

  test('spares a client that has taken everything just now, though more is kept for it than for another of its user', () => {
    const { time, open, dropped } = world();
    const honest = open('u', 'honest');
    const idle = [open('u', 'idle'), open('u', 'idle too')];
    honest.set(500);
    idle.forEach((one) => one.set(200));
    time.now = 10_000;
    honest.set(0);
    honest.set(500);
    time.now = 10_050;
    honest.set(601);
    expect(dropped).toEqual(['idle']);
  });

  test('may be changed while a client is dropped', () => {
    const { backlogs } = world();
    const other = backlogs.open('u', () => undefined);
    const one = backlogs.open('u', () => {
      other.set(0);
      one.set(0);
    });
    other.set(500);
    one.set(501);
    expect(backlogs.octets).toBe(0);
  });
});
