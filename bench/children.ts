import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Every process that was started and has not ended. */
const running = new Set<ChildProcess>();

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(1)); // the handler of `exit` follows
}

/** The processor cores that this process may use. */
function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readStatus())?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number);
    return Number.isNaN(from) ? [] : Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1');
  } catch {
    return '';
  }
}

/** Which core the controller runs on, and which the load; undefined where they cannot be kept apart. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

export function findCores(): Cores | undefined {
  const [server, load] = allowedCores();
  const canPin = spawnSync('taskset', ['--version']).status === 0;
  return canPin && server !== undefined && load !== undefined ? { server, load } : undefined;
}

/** Starts a process, on one core where a core is given. It is killed at the latest when this process ends. */
export function start(
  command: string,
  args: readonly string[],
  core: number | undefined,
  options: SpawnOptions,
): ChildProcess {
  const child =
    core === undefined
      ? spawn(command, args, options)
      : spawn('taskset', ['-c', String(core), command, ...args], options);
  running.add(child);
  const forget = (): void => void running.delete(child);
  child.once('exit', forget);
  child.once('error', forget);
  return child;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Ends a process and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
