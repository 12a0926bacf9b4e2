import { expect, test } from 'vitest';
import { inSeconds } from '../../plugin-sdk/index.js';

test.each([
  [0, 0],
  [900, 900],
  ['900', 900],
  ['0m', 0],
  ['90s', 90],
  ['15m', 900],
  ['3h', 10_800],
])('%j is a duration of %i seconds', (duration, seconds) => {
  expect(inSeconds(duration)).toBe(seconds);
});

const TOO_LONG = '88888888888888888';

test.each([
  '',
  'm',
  '5 m',
  '1h30m',
  '1.5h',
  '5d',
  '5M',
  '-5',
  '1e3',
  ' 5',
  '5\n',
  -5,
  1.5,
  NaN,
  Infinity,
  TOO_LONG,
  '9007199254740991m',
])('%j is none', (text) => {
  expect(inSeconds(text)).toBeUndefined();
});
