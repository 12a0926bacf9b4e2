import { expect, test } from 'vitest';
import { HELLO_LIMIT } from '../../core/arrival/hello.js';
import { DEFAULT_TIME_LIMIT } from '../../core/hooks/point.js';
import { limitsSchema } from '../../core/contract/limits.js';
import { MAX_HELLO } from '../../core/protocol/control.js';
import { MAX_PAYLOAD } from '../../core/protocol/frame.js';
import { KEEPALIVE_AFTER, SILENCE_LIMIT } from '../../core/session/session.js';
import { COMMANDS_WAITING, LINES_WAITING, TASKS_KEPT } from '../../plugin-sdk/commands/dialogue.js';
import { LINE_LIMIT } from '../../plugin-sdk/index.js';
import { plain, read, rowsOf, section } from './support/pages.js';

const page = read('docs/limits.md');

test('the page on configuration lists the limits with default and least value', () => {
  const rows = rowsOf(section(read('docs/configuration.md'), '### Limits'));
  const told = rows.map(([key = '', value, least]) => [plain(key), Number(value), Number(least)]);
  const known = Object.entries(limitsSchema.properties).map(([key, rule]) => [key, rule.default, rule.minimum]);
  expect(told).toEqual(known);
});

const seconds = (milliseconds: number): string => `${milliseconds / 1000} seconds`;
const grouped = (count: number): string => count.toLocaleString('en-US');

test.each([
  ['until MASTER_NEW or MASTER_RES is whole', seconds(HELLO_LIMIT)],
  ['the size of that message', `${MAX_HELLO} bytes`],
  ['a handler of a plugin', seconds(DEFAULT_TIME_LIMIT)],
  ['silence of the instance', seconds(SILENCE_LIMIT)],
  ['our own silence', seconds(KEEPALIVE_AFTER)],
  ['a frame', `${grouped(MAX_PAYLOAD)} bytes`],
  ['a line', `${grouped(LINE_LIMIT)} bytes`],
  ['commands of one client not answered yet', `${grouped(COMMANDS_WAITING)}, or ${LINES_WAITING / 2 ** 20} MiB`],
  ['commands remembered for their results', grouped(TASKS_KEPT)],
])('the bound on %s is %s', (bound, value) => {
  const row = rowsOf(page).find(([name]) => name === bound);
  expect(row?.[1]).toMatch(new RegExp(`^${value}`));
});
