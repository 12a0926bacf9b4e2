import { spawn, spawnSync } from 'node:child_process';
import { Running, killAfterTest, main } from './command.js';

/** Whether util-linux's `script` is there, which gives a command a terminal. */
export const hasScript = spawnSync('script', ['--version']).status === 0;

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Starts the command on a terminal of its own, with the pid file `pid`. What it writes there is `stdout`; what is typed goes to
 * the terminal. A process that outlives the terminal is killed after the test.
 */
export function startOnTerminal(args: readonly string[], cwd: string): Running {
  killAfterTest(cwd);
  const command = [process.execPath, main, '-e', 'pid', ...args].map(quoted).join(' ');
  // Without exec, a shell would stand between the terminal and the command.
  const child = spawn('script', ['-q', '-e', '-c', `exec ${command}`, '/dev/null'], {
    cwd,
    env: { ...process.env, SHELL: '/bin/sh', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return new Running(child);
}
