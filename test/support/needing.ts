import { describe, test } from 'vitest';

/**
 * Tests that need programs which `npm ci` does not bring.
 * @param missing what is missing, and how to get it; undefined where all is there. A user's machine need not have it: the tests are
 *   skipped there and say why. With CI=true they fail: nothing is skipped where changes are judged.
 */
export function describeNeeding(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined) describe(name, body);
  else if (process.env['CI'] === 'true') test(name, () => Promise.reject(new Error(missing)));
  else describe.skip(`${name} (skipped: ${missing})`, body);
}
