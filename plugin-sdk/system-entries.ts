import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** How long the system may take to look up groups, or users, in milliseconds. */
const LOOK_UP = 5_000;
/** Octets of its answer. */
const LONGEST = 1 << 24;
/** What getent ends with when it did not find all; it tells what it did find. */
const SOME_MISSING = 2;

/**
 * Users or groups, by the system's own look-up (files, LDAP, …). It runs a program: ask beforehand, not while a client waits.
 * @param keys names or numbers
 * @returns the fields of the entries found, as `getent` prints them: `alice`, `x`, `1000`, `100`, …; what is missing is left out
 */
export async function systemEntries(
  database: 'passwd' | 'group',
  keys: readonly (string | number)[],
  signal?: AbortSignal,
): Promise<string[][]> {
  if (keys.length === 0) return []; // it would list everything
  const limits = { timeout: LOOK_UP, maxBuffer: LONGEST, signal };
  const asked = promisify(execFile)('getent', [database, '--', ...keys.map(String)], limits);
  const { stdout } = await asked.catch(foundSome);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.split(':'));
}

function foundSome(failure: Error & { readonly code?: unknown; readonly stdout?: string }): { stdout: string } {
  if (failure.code !== SOME_MISSING || failure.stdout === undefined) throw failure;
  return { stdout: failure.stdout };
}
