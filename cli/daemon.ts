import { spawn } from 'node:child_process';
import { ScrError, reasonOf } from '../core/contract/errors.js';
import type { Prompt } from '../core/contract/plugin.js';
import { cliErrors } from './errors.js';
import { printable } from './printable.js';
import { askOnTerminal } from './prompt.js';

/** What the daemon tells the process that was started on the terminal. */
type FromDaemon =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'ask'; readonly question: string };

/** What it is told. */
type ToDaemon =
  { readonly type: 'answer'; readonly text: string } | { readonly type: 'nobody'; readonly reason: string };

/** How the process that runs the controller talks to whoever started it. */
export interface Starter {
  /** Asks a secret, as long as there is somebody to ask. */
  readonly prompt: Prompt;
  /** Whether a person reads stderr. */
  readonly person: boolean;
  /** The controller listens. */
  ready(): void;
  /** It could not start. */
  failed(message: string): Promise<void>;
}

/** Set in the environment of the daemon: who reads its stderr. */
const MARK = 'SC_REMOTED_DAEMON';

/** True in the process that -D has put into the background. */
export function isDaemonProcess(): boolean {
  return process.env[MARK] !== undefined && process.send !== undefined;
}

/** Runs in the foreground: the terminal is at hand. */
export const foreground: Starter = {
  prompt: askOnTerminal,
  person: process.stderr.isTTY,
  ready: () => undefined,
  failed: (message) => {
    process.stderr.write(printable(`sc_remoted: ${message}\n`));
    return Promise.resolve();
  },
};

/** Runs in the daemon: the starting process stands between it and the terminal. */
export function background(): Starter {
  const person = process.env[MARK] === 'person';
  Reflect.deleteProperty(process.env, MARK);
  return {
    prompt: askStarter,
    person,
    ready: () => void tell({ type: 'ready' }).then(() => process.connected && process.disconnect()),
    failed: (message) => tell({ type: 'failed', message }),
  };
}

/** Resolves when the message is on its way, or nobody is there to take it: the process may end then. */
function tell(message: FromDaemon): Promise<void> {
  return new Promise((done) => process.send?.(message, () => done()));
}

function askStarter(question: string): Promise<string> {
  return new Promise((resolve, reject: (cause: Error) => void) => {
    const left = (): void => reject(new Error('the terminal was left'));
    if (!process.connected) return left();
    process.once('disconnect', left);
    process.once('message', (message) => {
      process.off('disconnect', left);
      const reply = message as ToDaemon;
      if (reply.type === 'answer') resolve(reply.text);
      else reject(new Error(reply.reason));
    });
    void tell({ type: 'ask', question });
  });
}

/** Where Node has an option that keeps its debugger shut from the first moment on, before any code of ours runs. */
const NO_DEBUGGER = '--disable-sigusr1';
const nodeOptions = process.allowedNodeEnvironmentFlags.has(NO_DEBUGGER) ? [NO_DEBUGGER] : [];

/** Starts the same command in the background. @returns the exit code: 0 when the daemon listens, 1 when it failed, having said why */
export function daemonize(argv: readonly string[]): Promise<number> {
  const script = process.argv[1];
  if (script === undefined) throw new ScrError(cliErrors.SCR_DAEMON_FAILED);
  const child = spawn(process.execPath, [...process.execArgv, ...nodeOptions, script, ...argv], {
    detached: true,
    // Once this process has ended, what the daemon writes to stderr goes nowhere: that is what --log-file is for.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, [MARK]: process.stderr.isTTY ? 'person' : 'program' },
  });
  child.stderr?.pipe(process.stderr, { end: false });
  return new Promise((resolve) => {
    let why: string | undefined;
    child.on('message', (message) => {
      const told = message as FromDaemon;
      // What was logged before arrives in the same turn of the event loop at the latest.
      if (told.type === 'ready') setImmediate(() => resolve(0));
      else if (told.type === 'ask') void answer(told.question, (reply) => child.send(reply));
      else why = told.message;
    });
    child.on('error', (cause) => (why ??= new ScrError(cliErrors.SCR_DAEMON_FAILED, undefined, { cause }).explain()));
    // `close` comes when stderr has been read to its end: nothing that the daemon said is lost.
    child.on('close', () => {
      void foreground.failed(why ?? new ScrError(cliErrors.SCR_DAEMON_FAILED).explain());
      resolve(1);
    });
  });
}

async function answer(question: string, send: (reply: ToDaemon) => void): Promise<void> {
  try {
    send({ type: 'answer', text: await askOnTerminal(question) });
  } catch (failure) {
    send({ type: 'nobody', reason: reasonOf(failure) });
  }
}
