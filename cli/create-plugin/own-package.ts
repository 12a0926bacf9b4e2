import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the package that this command belongs to says about itself. */
export interface OwnPackage {
  readonly directory: string;
  readonly version: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** Finds it above this file: the sources and the built files stand at different depths. */
export function findOwnPackage(directory = dirname(fileURLToPath(import.meta.url))): OwnPackage {
  const file = join(directory, 'package.json');
  const { name, version }: Manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
  if (name === 'sc-remoted' && version !== undefined) return { directory, version };
  const parent = dirname(directory);
  if (parent === directory) throw new Error('the package.json of sc-remoted is missing');
  return findOwnPackage(parent);
}
