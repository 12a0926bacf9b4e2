import { expect, test } from 'vitest';
import { hookNames } from '../../core/hooks/hooks.js';
import { headings, read, section } from './support/pages.js';

const page = read('docs/plugins/hooks.md');

test('each hook has its section, in the order of the source', () => {
  expect(headings(page, 2)).toEqual(hookNames);
});

test.each(hookNames)('the section of %s has the one form', (hook) => {
  const labels = [...section(page, `## ${hook}`).matchAll(/^- \*\*(\w+):\*\* \S/gm)].map(([, label]) => label);
  expect(labels).toEqual(['Arguments', 'When', 'Kind', 'Order', 'Returns', 'Failure']);
});

test.each(['data', 'localSocket'])('the section of %s says that it is synchronous', (hook) => {
  expect(section(page, `## ${hook}`)).toContain('- **Kind:** synchronous.');
});
