import { appendFileSync } from 'node:fs';

/** A reporter of vitest: adds a line "N passed, N failed" to the file that the variable COUNTS names. */
export default class CountTests {
  onTestRunEnd(modules, errors) {
    const states = modules.flatMap(({ children }) => [...children.allTests()].map((test) => test.result().state));
    const count = (wanted) => states.filter((state) => state === wanted).length;
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    const failed = count('failed') + broken + errors.length;
    appendFileSync(process.env.COUNTS, `${count('passed')} passed, ${failed} failed\n`);
  }
}
