import { expect, test } from 'vitest';
import { headings, read, section } from './support/pages.js';
import { catalogues } from './support/sources.js';

const page = read('docs/errors.md');
const listed = headings(page, 3);
const known = catalogues();

test('the page lists every code once, and no other', () => {
  expect([...listed].sort()).toEqual(known.map(({ code }) => code).sort());
});

test.each(known)('the page says of $code what the source says', ({ code, cause, remedy }) => {
  const text = section(page, `### ${code}`).replace(/\s+/g, ' ');
  expect(text).toContain(`Cause: ${cause}. Remedy: ${remedy}.`);
});
