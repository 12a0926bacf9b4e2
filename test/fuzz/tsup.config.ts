import { defineConfig } from 'tsup';
import { builtApart } from '../../bench/built-apart.js';

/** What npm run fuzz runs; both programs share the targets. */
export default defineConfig({
  ...builtApart('fuzz', { main: 'test/fuzz/main.ts', targets: 'test/fuzz/targets/index.ts' }),
  splitting: true,
});
