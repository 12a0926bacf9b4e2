import { expect, test } from 'vitest';
import { defaultPlugins } from '../../plugins/index.js';
import { read, section } from './support/pages.js';

test.each(Object.keys(defaultPlugins))('the README of %s has an example and its errors', (name) => {
  const text = read(`plugins/${name}/README.md`);
  expect(section(text, '## Example')).toContain('```js configuration');
  expect(section(text, '## Errors')).toContain('docs/errors.md#scr_');
});
