import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const sources = ['core', 'plugin-sdk', 'plugins', 'cli', 'config', 'index.ts'];

function newestIn(path: string): { path: string; time: number } {
  const info = statSync(path);
  if (!info.isDirectory()) return { path, time: info.mtimeMs };
  const inside = readdirSync(path).map((name) => newestIn(join(path, name)));
  return inside.reduce((newest, one) => (one.time > newest.time ? one : newest), { path, time: 0 });
}

/** A source that was changed after the controller was built from it; undefined when there is none. */
export function newerSource(main: string): string | undefined {
  const folder = dirname(dirname(dirname(main)));
  const present = sources.map((name) => join(folder, name)).filter((path) => existsSync(path));
  return present.map(newestIn).find(({ time }) => time > statSync(main).mtimeMs)?.path;
}
