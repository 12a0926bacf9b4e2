import { expect, test } from 'vitest';
import { plain, read, rowsOf, section } from './support/pages.js';
import { loggedEvents } from './support/sources.js';

test('the page on operations lists every event that is logged, and no other', () => {
  const rows = rowsOf(section(read('docs/operations.md'), '## The log'));
  expect(rows.map(([event = '']) => plain(event)).sort()).toEqual(loggedEvents());
});
