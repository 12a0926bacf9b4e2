import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { type Contestant, flagsFor } from './contestant.js';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether it is machine code: ours is a script of the same name. */
export function isNative(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, start, 0, 4, 0);
  closeSync(file);
  return start.toString('latin1') === '\x7fELF' || [0xfeedfacf, 0xcffaedfe].includes(start.readUInt32BE(0));
}

/** The first program of that name on PATH that fits. */
export function onPath(name: string, fits: (path: string) => boolean = () => true): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => isExecutable(path) && fits(path));
}

function usageOf(path: string): string {
  const { stdout, stderr } = spawnSync(path, ['-?'], { encoding: 'latin1', timeout: 5_000 });
  return stdout + stderr;
}

/** The C controller. */
export function cController(path: string, label: string): Contestant {
  const usage = usageOf(path);
  return {
    kind: 'peer',
    label,
    detail: path,
    tls: usage.includes('-c cert'),
    mux: /\s\[?-M\b/.test(usage),
    tellsHeap: false,
    command: (site) => ({ program: path, args: flagsFor(site) }),
  };
}
