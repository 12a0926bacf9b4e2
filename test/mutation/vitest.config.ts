import { matchesGlob, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { own, pool, tests } from './rooms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tests of the room itself first, and of these the quickest: they kill most of its mutants, and soon. */
class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isOwn = ({ moduleId }: TestSpecification): boolean => own.some((glob) => matchesGlob(moduleId, `**/${glob}`));
    const rank = (file: TestSpecification): number => (isOwn(file) ? 0 : 1e9) + this.#took(file);
    return Promise.resolve(files.toSorted((one, other) => rank(one) - rank(other)));
  }

  /** In milliseconds, the last time that it was run. */
  #took({ project, moduleId }: TestSpecification): number {
    return this.ctx.cache.getFileTestResults(`${project.name}:${relative(root, moduleId)}`)?.duration ?? 0;
  }
}

const isCore = tests !== own;
const shared = {
  // Plugins are not reached from the core; how Node is looked into must be loaded anew for each file.
  exclude: isCore ? ['test/core/plugins/**', 'test/**/*.alone.test.ts'] : ['test/**/*.alone.test.ts'],
  isolate: false, // loads every file once instead of for each test file
};
const alone = { include: own.map((glob) => glob.replace('.test.ts', '.alone.test.ts')), isolate: true };

/** Stryker asks for threads, whatever is said here. */
const poolOfRooms: Plugin = {
  name: 'pool-of-rooms',
  configureVitest({ project }) {
    project.config.pool = pool;
  },
};

/** The tests that mutants must survive: fast, and without processes of their own. */
export default defineConfig({
  root,
  plugins: [poolOfRooms],
  test: {
    testTimeout: 10_000, // a mutant that hangs is dead
    sequence: { sequencer: QuickestFirst },
    projects: [
      { extends: true, test: { name: 'shared', include: tests, ...shared } },
      ...(isCore ? [] : [{ extends: true as const, test: { name: 'alone', ...alone } }]),
    ],
  },
});
