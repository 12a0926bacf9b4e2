import { expect, test, vi } from 'vitest';
import { tellingAll } from '../../config/problems.js';
import { type Controller, createController } from '../../index.js';
import { plugin } from '../core/support/plugins.js';

const known = ['sc.js: limits: expected object'];

function create(problems: readonly string[], setup: () => void, options = {}): Promise<Controller> {
  const mine = plugin('mine', setup);
  return tellingAll(problems, () => createController({ plugins: [[mine, options]], label: 'sc.js' }));
}

test('without mistakes, gives what was made', async () => {
  expect((await create([], () => undefined)).plugins.map(({ name }) => name)).toEqual(['mine']);
});

test('mistakes that were found before stand alone where the check finds none', async () => {
  const created = create(known, () => undefined);
  await expect(created).rejects.toMatchObject({ code: 'SCR_CONFIG_INVALID', problems: known });
});

function failing(): void {
  throw new Error('no such thing');
}

test.each([
  ['options', { x: 1 }, vi.fn(), 'sc.js: plugin mine: x: unknown option'],
  [
    'set-up',
    {},
    failing,
    'sc.js: plugin mine: SCR_PLUGIN_SETUP: mine: the plugin failed in setup (no such thing); see the cause; fix the plugin or its options',
  ],
])('mistakes that were found before are told with those of the %s', async (_of, options, setup, told) => {
  await expect(create(known, setup, options)).rejects.toMatchObject({
    code: 'SCR_CONFIG_INVALID',
    problems: [...known, told],
  });
});

test('a failure of another kind is told as it is', async () => {
  const failure = new Error('broken');
  await expect(tellingAll(known, () => Promise.reject(failure))).rejects.toBe(failure);
});
