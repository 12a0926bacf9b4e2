import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * A program that runs longer than so many milliseconds is ended: a test would else never say what it waits for. A scamper that
 * lost its connection comes back after up to 61 s.
 */
const TIME_LIMIT = 120_000;

/** Why the real programs cannot be used here; undefined when they can. */
export function whyNotReal(): string | undefined {
  const missing = ['scamper', 'sc_attach', 'sc_wartsdump'].filter((program) => find(program) === undefined);
  if (missing.length > 0) return `${missing.join(', ')} not found: apt-get install scamper`;
  return mayProbe(find('scamper') ?? '') ? undefined : 'scamper needs root to open raw sockets';
}

/**
 * What a test runner's `skip` takes: the reason where scamper, sc_attach or sc_wartsdump is missing or may not probe, false
 * where all is there. With CI=true it is always false: what is missing fails the tests then.
 */
export function skipReal(): string | false {
  return process.env['CI'] === 'true' ? false : (whyNotReal() ?? false);
}

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

/** scamper opens raw sockets: as root, or as a program that belongs to root and runs as it. */
function mayProbe(scamper: string): boolean {
  const { mode, uid } = statSync(scamper);
  return process.getuid?.() === 0 || (uid === 0 && (mode & constants.S_IFMT) !== 0 && (mode & 0o4000) !== 0);
}

/** A program that runs; what it writes is kept. */
export class Program {
  /** What it wrote so far, on either stream. */
  text = '';
  /** Resolves with its exit code, null when a signal ended it. Rejects when it could not be started. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], cwd: string, timeout = 0) {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' });
    const add = (chunk: Buffer): void => void (this.text += chunk.toString());
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    this.#child = child;
    this.ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    this.ended.catch(() => undefined); // whoever waits for it is told
  }

  /** Ends it, if it still runs. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}

/** A scamper that calls `target` and sends as fast as it may. */
export function startScamper(folder: string, target: string, args: readonly string[]): Program {
  return new Program('scamper', ['-p', '10000', '-R', target, ...args], folder);
}

/** What sc_attach brought home. */
export interface Measurement {
  /** Its exit code. */
  readonly code: number | null;
  /** What it wrote. */
  readonly text: string;
  /** What sc_wartsdump reads in the results. */
  readonly dump: string;
}

/** Runs commands on an instance with sc_attach, and reads its results with sc_wartsdump. Leaves its files in `folder`. */
export async function measure(folder: string, socket: string, commands: readonly string[]): Promise<Measurement> {
  const place = await mkdtemp(join(folder, 'measure-'));
  await writeFile(join(place, 'commands'), commands.map((command) => `${command}\n`).join(''));
  const attach = new Program('sc_attach', ['-R', socket, '-i', 'commands', '-o', 'out.warts'], place, TIME_LIMIT);
  const code = await attach.ended;
  if (code === null) throw new Error(`sc_attach was ended by a signal or after ${TIME_LIMIT / 1000} s: ${attach.text}`);
  const dump = new Program('sc_wartsdump', ['out.warts'], place, TIME_LIMIT);
  await dump.ended;
  return { code, text: attach.text, dump: dump.text };
}
