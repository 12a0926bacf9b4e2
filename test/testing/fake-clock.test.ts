import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/index.js';

describe('FakeClock', () => {
  test('stands still until it is told to go on', async () => {
    const clock = new FakeClock();
    expect([clock.now(), clock.date().toISOString()]).toEqual([0, '2026-01-01T00:00:00.000Z']);
    await clock.advance(1_500);
    expect([clock.now(), clock.date().toISOString()]).toEqual([1_500, '2026-01-01T00:00:01.500Z']);
  });

  test('runs what falls due in the order of time, each at its own time', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.after(300, () => ran.push(`after ${clock.now()}`));
    clock.every(200, () => ran.push(`every ${clock.now()}`));
    clock.after(700, () => ran.push('too late'));
    await clock.advance(600);
    expect(ran).toEqual(['every 200', 'after 300', 'every 400', 'every 600']);
    expect(clock.pending).toBe(2);
  });

  test('runs what timers begin, promises included, before it goes on', async () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    clock.after(10, () => {
      void Promise.resolve().then(() => clock.after(10, () => ran.push(clock.now())));
    });
    await clock.advance(30);
    expect(ran).toEqual([20]);
  });

  test('lets what was begun set its timers before time moves', async () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    void Promise.resolve().then(() => clock.after(10, () => ran.push(clock.now())));
    await clock.advance(10);
    expect(ran).toEqual([10]);
  });

  test('forgets what is cancelled, also by another timer', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    const later = clock.after(20, () => ran.push('later'));
    const forever = clock.every(10, () => {
      ran.push('once');
      forever.cancel();
      later.cancel();
    });
    await clock.advance(100);
    expect(ran).toEqual(['once']);
    expect(clock.pending).toBe(0);
  });
});
