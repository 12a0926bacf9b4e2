/**
 * Mutation testing: `npm run test:mutation -- session`, or `plugins/tcp client`, or none for five rooms of the core. Files and
 * lines of them may be named as well: `core/session/held.ts`, `core/relay/turn.ts:60-90`. A room takes some minutes; what
 * survives is in node_modules/.cache/mutation/report.html.
 */
import { sources } from './rooms.js';

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', import.meta.resolve('./ignore-debug.js')],
  ignorers: ['debug-lines'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: sources,
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  reporters: ['clear-text', 'html', 'progress-append-only'],
  htmlReporter: { fileName: 'node_modules/.cache/mutation/report.html' },
  tempDirName: '.mutation',
  disableTypeChecks: true,
  allowEmpty: true,
  timeoutMS: 8_000, // on a busy machine a test that is only slow is not a mutant found
  ...(process.env.CONCURRENCY && { concurrency: Number(process.env.CONCURRENCY) }),
};
