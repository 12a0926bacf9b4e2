import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests that mutants of the core must survive: fast, without processes and folders of their own. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { include: ['test/core/**/*.test.ts'], exclude: ['test/core/plugins/**'], testTimeout: 10_000 },
});
