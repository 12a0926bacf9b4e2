import { defineConfig } from 'vitest/config';

/** The command line is tested as it is built; a stale build is refreshed first. */
const builds = 'test/cli/support/fresh-build.ts';
const tellsSkipped = 'test/real/support/tell-skipped.ts';

export default defineConfig({
  test: {
    testTimeout: 10_000,
    maxWorkers: '100%',
    // Loading the sources anew for each file would take longer than the tests do.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/cli/**', 'test/real/**', 'test/**/*.{alone,slow}.test.ts'],
        },
      },
      {
        extends: true,
        // They put something else in the place of Node's modules.
        test: { name: 'alone', include: ['test/**/*.alone.test.ts'], isolate: true },
      },
      {
        extends: true,
        test: { name: 'cli', include: ['test/cli/**/*.test.ts'], globalSetup: builds, testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/real/**/*.slow.test.ts'],
          globalSetup: [builds, tellsSkipped],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['test/{real,soak}/**/*.slow.test.ts'],
          globalSetup: [builds, tellsSkipped],
          testTimeout: 180_000,
        },
      },
    ],
  },
});
