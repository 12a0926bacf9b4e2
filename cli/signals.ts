/** Is told of each signal. */
type Listener = (signal: NodeJS.Signals) => void;

const missed = new Set<NodeJS.Signals>();
let listener: Listener = (signal) => void missed.add(signal);

/**
 * Listens, as the first thing that a process does, for the signals whose default would harm: SIGHUP ends it, and SIGUSR1 opens
 * Node's debugger to everybody on the machine. This file imports nothing, so that nothing comes before.
 */
export function armSignals(): void {
  process.on('SIGHUP', (signal) => listener(signal));
  process.on('SIGUSR1', (signal) => listener(signal));
}

/** From now on `next` is told, at once of those that came before; of several of one kind, once. */
export function takeSignals(next: Listener): void {
  listener = next;
  for (const signal of missed) next(signal);
  missed.clear();
}
