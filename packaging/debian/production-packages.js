import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs without any option of npm: neither for development, nor optional, nor somebody else's to install. */
export function productionPackages(top) {
  const { packages } = JSON.parse(readFileSync(join(top, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional, optional, peer }]) => path !== '' && !(dev ?? devOptional ?? optional ?? peer))
    .map(([path, { version, license }]) => ({ path, version, license }));
}
