import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { own, tests } from './rooms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tests of the room itself first: they kill most of its mutants, and quickly. */
class OwnFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isOwn = ({ moduleId }: TestSpecification): boolean => own.some((glob) => matchesGlob(moduleId, `**/${glob}`));
    return Promise.resolve([...files.filter(isOwn), ...files.filter((file) => !isOwn(file))]);
  }
}

const isCore = tests !== own;
const shared = {
  // Plugins are not reached from the core; how Node is looked into must be loaded anew for each file.
  exclude: isCore ? ['test/core/plugins/**', 'test/**/*.alone.test.ts'] : ['test/**/*.alone.test.ts'],
  isolate: false, // loads every file once instead of for each test file
};
const alone = { include: own.map((glob) => glob.replace('.test.ts', '.alone.test.ts')), isolate: true };

/** Stryker asks for threads; a thread cannot set the umask. */
const processes: Plugin = {
  name: 'processes',
  configureVitest({ project }) {
    project.config.pool = 'forks';
  },
};

/** The tests that mutants must survive: fast, and without processes of their own. */
export default defineConfig({
  root,
  plugins: [processes],
  test: {
    testTimeout: 10_000, // a mutant that hangs is dead
    sequence: { sequencer: OwnFirst },
    projects: [
      { extends: true, test: { name: 'shared', include: tests, ...shared } },
      ...(isCore ? [] : [{ extends: true as const, test: { name: 'alone', ...alone } }]),
    ],
  },
});
