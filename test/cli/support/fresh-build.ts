import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = ['client', 'core', 'plugin-sdk', 'plugins', 'cli', 'config', 'testing', 'index.ts', 'tsup.config.ts'];

function newestOf(path: string): number {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestOf(`${path}/${name}`)));
}

function builtAt(): number {
  try {
    return statSync(`${root}/dist/cli/main.js`).mtimeMs;
  } catch {
    return 0;
  }
}

/** Builds what has changed since the last build; its types are left to `npm run build`. */
export default async function setup(): Promise<void> {
  const newest = Math.max(...sources.map((name) => newestOf(`${root}/${name}`)));
  if (newest > builtAt()) await build({ config: `${root}/tsup.config.ts`, dts: false, clean: false, silent: true });
}
