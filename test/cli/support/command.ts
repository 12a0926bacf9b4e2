import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

/** The command as it is built. */
export const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** One line of the log, as JSON. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What a finished command left behind. */
export interface Finished {
  /** 128 + n would be a shell's way to say signal n; here it is null and `signal` is set. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A new empty folder, removed after the test. The path is short, so that sockets fit in it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scr-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A command that runs; killed after the test if it still does. */
export class Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  stdout = '';
  stderr = '';
  #over = false;
  readonly #waiters = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.#add('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.#add('stderr', chunk));
    child.stdin?.on('error', () => undefined); // it may end before it has read everything
    this.finished = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#over = true;
        this.#wake();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
    onTestFinished(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
      await this.finished;
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('it was not started');
    return this.child.pid;
  }

  #add(where: 'stdout' | 'stderr', chunk: Buffer): void {
    this[where] += chunk.toString();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Waits until `look` finds something in what the command has written. Rejects when the command ends without it. */
  async until<T>(look: (running: Running) => T | undefined): Promise<T> {
    for (;;) {
      const found = look(this);
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`it ended; stdout: ${this.stdout} stderr: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  /** The lines of the log on stderr. */
  get log(): LogLine[] {
    return linesOf(this.stderr);
  }

  /** The first line with this event, now or when it comes; its fields must equal those given. */
  waitFor(event: string, fields: LogLine = {}): Promise<LogLine> {
    return this.until(() => find(this.log, event, fields));
  }

  /** The port of the first family, once both are listened on. */
  async port(): Promise<number> {
    await this.waitFor('controller.started');
    return portIn(this.log);
  }
}

export function portIn(log: readonly LogLine[]): number {
  return Number(find(log, 'tcp.listening')?.['port']);
}

/** What a command wrote for people: all but the log. */
export function messagesIn(text: string): string {
  return text.replace(/^\{.*\n/gm, '');
}

/** The JSON lines of a log; the last one may still be incomplete. */
export function linesOf(text: string): LogLine[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
}

export function find(log: readonly LogLine[], event: string, fields: LogLine = {}): LogLine | undefined {
  const wanted = Object.entries({ ...fields, event });
  return log.find((line) => wanted.every(([key, value]) => line[key] === value));
}

/** Waits until a log file holds the event. */
export function inLogFile(path: string, event: string, fields: LogLine = {}): Promise<LogLine> {
  return vi.waitFor(
    () => {
      const line = find(linesOf(readFileSync(path, 'utf8')), event, fields);
      if (line === undefined) throw new Error(`${path} holds no ${event} yet`);
      return line;
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** Starts the command in a folder of its own, unless one is given. */
export function start(args: readonly string[], options: SpawnOptions = {}): Running {
  const cwd = options.cwd ?? temporaryFolder();
  return new Running(spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options, cwd }));
}

/** Starts the command under limits of a shell: `-n 80` for descriptors, `-f 0` for the size of files. */
export function startLimited(limit: string, args: readonly string[], cwd: string): Running {
  const words = ['-c', `ulimit ${limit} && exec "$@"`, 'sh', process.execPath, main, ...args];
  return new Running(spawn('sh', words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs the command to its end. */
export function run(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return start(args, options).finished;
}

/** A port of 127.0.0.1 that is taken until the test is over. */
export async function busyPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Whether a process lives. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process that is no child of this one is gone. */
export function gone(pid: number): Promise<void> {
  return vi.waitFor(
    () => {
      if (lives(pid)) throw new Error(`${pid} still lives`);
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** Starts the command as a daemon, with the pid file `pid`; killed after the test if it still lives. */
export async function startDaemon(folder: string, args: readonly string[]): Promise<{ parent: Finished; pid: number }> {
  killAfterTest(folder);
  const parent = await run(['-D', '-e', 'pid', ...args], { cwd: folder });
  return { parent, pid: pidIn(folder) ?? 0 };
}

/** Ends what has its ID in the folder's pid file when the test is over. */
export function killAfterTest(folder: string): void {
  onTestFinished(async () => {
    const pid = pidIn(folder);
    if (pid === undefined || !lives(pid)) return;
    process.kill(pid, 'SIGKILL');
    await gone(pid);
  });
}

/** The process ID in the folder's pid file, as soon as it is there. */
export function pidOf(folder: string): Promise<number> {
  return vi.waitFor(
    () => {
      const pid = pidIn(folder);
      if (pid === undefined) throw new Error('there is no pid file yet');
      return pid;
    },
    { timeout: 10_000, interval: 20 },
  );
}

function pidIn(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
