import { describe, test } from 'vitest';
import { whyNotReal } from '../../../testing/real-programs.js';

/** Tests with the real programs. Where they are missing, the tests are skipped and say why; with CI=true they fail. */
export function describeReal(name: string, body: () => void): void {
  const why = whyNotReal();
  if (why === undefined) describe(name, body);
  else if (process.env['CI'] === 'true') test(name, () => Promise.reject(new Error(why)));
  else describe.skip(`${name} (skipped: ${why})`, body);
}
