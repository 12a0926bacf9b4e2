import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SimClient } from '../../../testing/index.js';

/** A directory that is gone when the test is over. */
export function tempDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'scr-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A client of a local socket. It may shut down its writing side and read on. */
export function localClient(path: string): SimClient {
  return new SimClient(connect({ path, allowHalfOpen: true }));
}

/** The names in a directory, sorted. */
export function namesIn(directory: string): string[] {
  return readdirSync(directory).sort();
}

/** The permission bits of a file. */
export function modeOf(path: string): number {
  return lstatSync(path).mode & 0o777;
}

/** Runs as a user who is not root, whoever runs the tests. */
export async function asNobody<T>(task: () => Promise<T>): Promise<T> {
  const before = process.geteuid?.();
  if (before !== 0) return task();
  process.seteuid?.(65_534);
  try {
    return await task();
  } finally {
    process.seteuid?.(before);
  }
}

/** The process's umask. */
export function currentUmask(): number {
  const mask = process.umask(0);
  process.umask(mask);
  return mask;
}
