import { whyNot } from './programs.js';

/** Says once, before the tests, that the real programs are not used. */
export default function setup(): void {
  const why = whyNot();
  if (why !== undefined && process.env['CI'] !== 'true') {
    process.stderr.write(`\ntest/real is skipped: ${why}\n`);
  }
}
