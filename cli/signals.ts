/** Is told of each signal. */
type Listener = (signal: NodeJS.Signals) => void;

const missed = new Set<NodeJS.Signals>();
let listener: Listener = (signal) => void missed.add(signal);

/** Those whose default would end the process without a word; at SIGUSR1 Node opens its debugger to everybody on the machine. */
const harmful = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const;

/**
 * Listens, as the first thing that a process does, for the signals whose default would harm. This file imports nothing, so that
 * nothing comes before.
 */
export function armSignals(): void {
  for (const signal of harmful) process.on(signal, (came) => listener(came));
}

/** From now on `next` is told, at once of those that came before; of several of one kind, once. */
export function takeSignals(next: Listener): void {
  listener = next;
  for (const signal of missed) next(signal);
  missed.clear();
}
