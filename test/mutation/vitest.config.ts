import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['session', 'memory', 'relay', 'arrival', 'hooks'].filter((room) =>
  process.env['MUTATE']?.includes(room),
);
const own = rooms.map((room) => `/test/core/${room}/`);

/** The tests of the room itself first: they kill most of its mutants, and quickly. */
class OwnFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isOwn = ({ moduleId }: TestSpecification): boolean => own.some((folder) => moduleId.includes(folder));
    return Promise.resolve([...files.filter(isOwn), ...files.filter((file) => !isOwn(file))]);
  }
}

/** The tests that mutants of the core must survive: fast, without processes and folders of their own. */
export default defineConfig({
  root,
  test: {
    include: ['test/core/**/*.test.ts'],
    // Plugins are not reached from here; how Node is looked into must be loaded anew for each file.
    exclude: ['test/core/plugins/**', 'test/**/*.alone.test.ts'],
    testTimeout: 6_000, // a mutant that hangs is dead
    isolate: false, // loads every file once instead of for each test file
    sequence: { sequencer: OwnFirst },
  },
});
