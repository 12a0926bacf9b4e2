/**
 * Mutation testing of rooms of the core: `npm run test:mutation -- session`, or several, or none for all four. Each takes some
 * minutes; what survives is in node_modules/.cache/mutation/report.html.
 */
const rooms = (process.env.ROOMS ?? '').split(' ').filter((room) => room !== '');

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: (rooms.length > 0 ? rooms : ['session', 'relay', 'arrival', 'hooks']).map((room) => `core/${room}/*.ts`),
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  reporters: ['clear-text', 'html'],
  htmlReporter: { fileName: 'node_modules/.cache/mutation/report.html' },
  tempDirName: '.mutation',
  disableTypeChecks: true,
  allowEmpty: true,
  timeoutMS: 5_000,
};
