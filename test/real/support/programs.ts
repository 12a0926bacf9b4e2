import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** Where a program stands; undefined when it is not installed. */
function find(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** scamper opens raw sockets: as root, or as a program that belongs to root and says so. */
function mayProbe(scamper: string): boolean {
  const { mode, uid } = statSync(scamper);
  return process.getuid?.() === 0 || (uid === 0 && (mode & constants.S_IFMT) !== 0 && (mode & 0o4000) !== 0);
}

/** Why the real programs cannot be used here; undefined when they can. */
export function whyNot(): string | undefined {
  const missing = ['scamper', 'sc_attach', 'sc_wartsdump'].filter((program) => find(program) === undefined);
  if (missing.length > 0) return `${missing.join(', ')} not found: apt-get install scamper`;
  return mayProbe(find('scamper') ?? '') ? undefined : 'scamper needs root to open raw sockets';
}

/** Tests with the real programs. Where they are missing, the tests are skipped and say why; with CI=true they fail. */
export function describeReal(name: string, body: () => void): void {
  const why = whyNot();
  if (why === undefined) describe(name, body);
  else if (process.env['CI'] === 'true') test(name, () => Promise.reject(new Error(why)));
  else describe.skipIf(true)(`${name} (skipped: ${why})`, body);
}
