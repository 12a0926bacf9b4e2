/**
 * Mutation testing of rooms of the core: `npm run test:mutation -- session`, or several, or none for all five. Files and lines
 * of them may be named as well: `core/session/held.ts`, `core/relay/turn.ts:60-90`. A room takes some minutes; what survives
 * is in node_modules/.cache/mutation/report.html.
 */
const named = (process.env.MUTATE ?? '').split(' ').filter((name) => name !== '');
const chosen = named.length > 0 ? named : ['session', 'memory', 'relay', 'arrival', 'hooks'];

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', import.meta.resolve('./ignore-debug.js')],
  ignorers: ['debug-lines'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: chosen.map((name) => (name.includes('/') ? name : `core/${name}/*.ts`)),
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  reporters: ['clear-text', 'html', 'progress-append-only'],
  htmlReporter: { fileName: 'node_modules/.cache/mutation/report.html' },
  tempDirName: '.mutation',
  disableTypeChecks: true,
  allowEmpty: true,
  timeoutMS: 2_000,
};
