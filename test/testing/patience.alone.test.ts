import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ControlType, encodeChannelControl } from '../../core/protocol/control.js';
import * as kit from '../../testing/index.js';

type Kit = typeof kit;

/** The kit as it is when it is loaded with this clock: it keeps to the one it finds then. */
async function kitWithClock(): Promise<Kit> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.resetModules();
  return import('../../testing/index.js');
}

/** What a wait rejects with, after so many milliseconds and not before. */
async function failsAfter(ms: number, waiting: Promise<unknown>): Promise<Error> {
  const failure = waiting.then(
    () => new Error('it came'),
    (thrown: unknown) => thrown as Error,
  );
  const first = Promise.race([failure, kit.settle().then(() => 'still waiting')]);
  vi.advanceTimersByTime(ms - 1);
  expect(await first).toBe('still waiting');
  vi.advanceTimersByTime(1);
  return failure;
}

/** A scamper, and the controller's end of its connection. */
function scamperOf({ SimScamper, memoryPair, silent }: Kit) {
  const [stream, theirs] = memoryPair();
  stream.resume();
  return { scamper: new SimScamper(theirs, { script: silent }), stream };
}

describe('what never comes is told after 5 s', () => {
  let fresh: Kit;
  beforeEach(async () => {
    fresh = await kitWithClock();
  });

  test('an event, with those that came', async () => {
    const log = new fresh.TestLog();
    log.info({ event: 'controller.started' }, '');
    log.info({ event: 'instance.zombie' }, '');
    log.info({ event: 'instance.zombie' }, '');
    const failure = await failsAfter(5_000, log.waitFor('instance.zombi'));
    expect(failure.message).toBe(
      'no instance.zombi came; events so far: controller.started, instance.zombie (waited for 5 s)',
    );
  });

  test('an event of an empty log', async () => {
    const failure = await failsAfter(5_000, new fresh.TestLog().waitFor('x'));
    expect(failure.message).toBe('no x came; events so far: none (waited for 5 s)');
  });

  test('fields of an event, with those it came with', async () => {
    const log = new fresh.TestLog();
    log.info({ event: 'instance.attached', monitorName: 'ams-nl', instance: 'i' }, '');
    const failure = await failsAfter(5_000, log.waitFor('instance.attached', { monitorName: 'san-us' }));
    expect(failure.message).toContain(
      "no instance.attached with { monitorName: 'san-us' } came, only with { monitorName: 'ams-nl' } (waited",
    );
  });

  test('a text, with what was received', async () => {
    const [one, other] = fresh.memoryPair();
    const client = new fresh.SimClient(one);
    const nothing = failsAfter(5_000, client.until('MORE\n'));
    expect((await nothing).message).toBe('no "MORE\\n" came; received last: nothing (waited for 5 s)');
    other.write('OK\n');
    await client.until('OK');
    const failure = await failsAfter(5_000, client.until('MORE\n'));
    expect(failure.message).toBe('no "MORE\\n" came; received last: "OK\\n" (waited for 5 s)');
  });

  test('a frame, with those that came; when it comes at last, it is there for who asks then', async () => {
    const { scamper, stream } = scamperOf(fresh);
    const first = await failsAfter(5_000, scamper.waitFor('open'));
    expect(first.message).toBe('no open came; received last: nothing (waited for 5 s)');
    stream.write(encodeChannelControl(0, ControlType.CHANNEL_NEW, 1));
    await kit.settle();
    expect(await scamper.waitFor('open')).toEqual({ type: 'open', channel: 1 });
    const second = await failsAfter(5_000, scamper.waitFor('fin'));
    expect(second.message).toBe('no fin came; received last: open (waited for 5 s)');
  });

  test('or after as long as a test says', async () => {
    const failure = await failsAfter(60_000, new fresh.TestLog().waitFor('x', {}, 60_000));
    expect(failure.message).toContain('(waited for 60 s)');
    expect((await failsAfter(10, scamperOf(fresh).scamper.waitFor('id', 10))).message).toContain('0.01 s');
    const client = new fresh.SimClient(fresh.memoryPair()[0]);
    expect((await failsAfter(10, client.until('x', 10))).message).toContain('0.01 s');
  });

  test('and where it was waited for', async () => {
    async function waitingHere(): Promise<unknown> {
      return new fresh.TestLog().waitFor('x');
    }
    const failure = await failsAfter(5_000, waitingHere());
    expect(failure.stack).toMatch(/^Error: no x came; .*\n[^]*at waitingHere \(/);
  });

  test('what came in time leaves no timer behind', async () => {
    const log = new fresh.TestLog();
    const waiting = log.waitFor('x');
    expect(vi.getTimerCount()).toBe(1);
    log.info({ event: 'x' }, '');
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('the clock is the real one, where a test has faked it since, and it keeps the process alive', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  // Timers that are not ref'd are not listed.
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const log = new kit.TestLog();
  const waiting = log.waitFor('x');
  expect(vi.getTimerCount()).toBe(0);
  expect(timers()).toBe(before + 1);
  log.info({ event: 'x' }, '');
  await waiting;
  expect(timers()).toBe(before);
});
