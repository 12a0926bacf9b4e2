import { describe, expect, test, vi } from 'vitest';
import { errors } from '../../../core/contract/errors.js';
import { errorFields } from '../../../core/contract/logger.js';
import { awkward } from '../support/awkward.js';
import { ScrError, defineErrors, reasonOf } from '../../../plugin-sdk/index.js';

const own = defineErrors({ SCR_MINE: ['mine failed', 'mend mine'] });

describe('ScrError', () => {
  test('tells what, why and what to do, in one line', () => {
    const cause = new Error('the disk\n  is full');
    const error = new ScrError(own.SCR_MINE, 'file x', { cause, plugin: 'mine', hook: 'start' });
    expect(error).toMatchObject({
      name: 'ScrError',
      code: 'SCR_MINE',
      message: 'file x: mine failed',
      remedy: 'mend mine',
      plugin: 'mine',
      hook: 'start',
      cause,
    });
    expect(error.explain()).toBe('SCR_MINE: file x: mine failed (the disk is full); mend mine');
  });

  test('of another copy of the package is one as well, and nothing else is', async () => {
    vi.resetModules();
    const other = await import('../../../core/contract/errors.js');
    const foreign = new other.ScrError(own.SCR_MINE);
    expect(other.ScrError).not.toBe(ScrError);
    expect(foreign).toBeInstanceOf(ScrError);
    for (const value of [new Error('x'), { code: 'SCR_MINE' }, null, undefined, 'SCR_MINE']) {
      expect(value instanceof ScrError).toBe(false);
    }
  });

  test('is not an error of each kind there is', () => {
    class Special extends ScrError {}
    expect(new Special(own.SCR_MINE)).toBeInstanceOf(ScrError);
    expect(new Special(own.SCR_MINE)).toBeInstanceOf(Special);
    expect(new ScrError(own.SCR_MINE)).not.toBeInstanceOf(Special);
  });

  test('does without detail and cause', () => {
    const error = new ScrError(own.SCR_MINE);
    expect(error.message).toBe('mine failed');
    expect(error.explain()).toBe('SCR_MINE: mine failed; mend mine');
    expect([error.plugin, error.hook, error.cause]).toEqual([undefined, undefined, undefined]);
  });

  test('is logged with its code first, whose fault it is, and why', () => {
    const fields = errorFields(
      new ScrError(own.SCR_MINE, undefined, { cause: 'no room', plugin: 'mine', hook: 'data' }),
    );
    expect(Object.entries(fields)).toEqual([
      ['code', 'SCR_MINE'],
      ['plugin', 'mine'],
      ['hook', 'data'],
      ['cause', 'no room'],
      ['remedy', 'mend mine'],
    ]);
  });
});

test('anything else that is thrown is logged as a mistake of ours, with its stack', () => {
  const fields = errorFields(new Error('oops'));
  expect(fields['code']).toBe('SCR_INTERNAL');
  expect(fields['cause']).toMatch(/^Error: oops\n\s+at /);
});

test.each([
  [undefined, ''],
  [null, ''],
  ['text', 'text'],
  [7, '7'],
  [new Error('a\n\tb'), 'a b'],
])('the reason of %s is %j', (thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});

describe.each(awkward)('to tell of $what', ({ thrown, told }) => {
  test('by itself does not fail', () => {
    expect(thrown instanceof ScrError).toBe(false);
    expect(reasonOf(thrown)).toContain(told);
    expect(errorFields(thrown)).toMatchObject({ code: 'SCR_INTERNAL', cause: expect.any(String) });
  });

  test('as the cause of a failure with a code does not fail', () => {
    const error = new ScrError(errors.SCR_HOOK_FAILED, 'mine, data', { cause: thrown });
    expect(error.explain()).toContain(told);
    expect(errorFields(error)).toMatchObject({ code: 'SCR_HOOK_FAILED', cause: expect.stringContaining(told) });
    expect(error.within('mine').message).toBe(error.message);
  });
});

test('a failure with a code whose message is no text is still told of', () => {
  const odd = new ScrError(own.SCR_MINE);
  Object.defineProperty(odd, 'message', { get: () => JSON.parse('{') as string });
  expect(odd.within('mine', 'data')).toMatchObject({ code: 'SCR_MINE', message: 'something that cannot be shown' });
  expect(errorFields(odd)).toMatchObject({ code: 'SCR_MINE' });
});

test('what is behind a failure behind a failure is told', () => {
  const inner = new ScrError(errors.SCR_HOOK_FAILED, 'door, localSocket', { cause: 'no such group' });
  const outer = new ScrError(errors.SCR_LOCAL_ACCESS, '/run/x', { cause: inner });
  expect(errorFields(outer)['cause']).toBe('door, localSocket: a handler failed (no such group)');
});

test.each(['MINE', 'SCR_', 'SCR_mine', 'SCR_MY-OWN'])('%j is no code', (code) => {
  const table = { [code]: ['mine failed', 'mend mine'] } as unknown as { SCR_MINE: [string, string] };
  expect(() => defineErrors(table)).toThrow(TypeError);
});

test('a catalogue cannot be changed', () => {
  expect(Object.isFrozen(own)).toBe(true);
  expect(own.SCR_MINE).toEqual({ code: 'SCR_MINE', cause: 'mine failed', remedy: 'mend mine' });
});

test.each(Object.entries(errors))(
  '%s has its own code, a clause that says what, and one that says what to do',
  (name, spec) => {
    expect(spec.code).toBe(name);
    expect(name).toMatch(/^SCR_[A-Z0-9_]+$/);
    for (const text of [spec.cause, spec.remedy]) expect(text).toMatch(/^[^\n]*[^\s.\n]$/);
  },
);
