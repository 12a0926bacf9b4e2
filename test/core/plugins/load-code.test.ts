import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCode } from '../../../core/plugins/load-code.js';
import { folder } from '../support/folder.js';

// As Node loads it: the runner would import it in its own way.
const require = createRequire(import.meta.url);

test.each([
  ['export', 'export default {};', "Unexpected token 'export'"],
  ['import', "import 'node:fs';", 'Cannot use import statement outside a module'],
])('a module with %s that is taken for CommonJS: place, reason and what to do', async (_what, content, reason) => {
  using at = folder({ 'package.json': '{ "type": "commonjs" }', 'c.js': content });
  const file = join(at.path, 'c.js');
  await expect(loadCode(() => require(file) as unknown)).rejects.toThrow(
    `${file}:1: ${reason}: it is taken for CommonJS; set "type": "module" in its package.json, or call it .mjs`,
  );
});

test('another mistake is told as it is', async () => {
  using at = folder({ 'c.cjs': '\nmodule.exports = {' });
  const file = join(at.path, 'c.cjs');
  await expect(loadCode(() => require(file) as unknown)).rejects.toThrow(/^\S+c\.cjs:\d: Unexpected end of input$/);
});
