import { readFileSync } from 'node:fs';

function find(directory: URL): string {
  const file = new URL('package.json', directory);
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === 'sc-remoted' && version !== undefined) return version;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
  }
  const parent = new URL('..', directory);
  if (parent.href === directory.href) throw new Error('the package.json of sc-remoted is missing');
  return find(parent);
}

/** The version of this package; the sources and the built files stand at different depths below its package.json. */
export const version = find(new URL('.', import.meta.url));
