import { skipReal } from '../../../testing/real-programs.js';

/** Says once, before the tests, that the real programs are not used. */
export default function setup(): void {
  const why = skipReal();
  if (why !== false) process.stderr.write(`\ntest/real is skipped: ${why}\n`);
}
