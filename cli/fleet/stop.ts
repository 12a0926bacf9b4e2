import { takeSignals } from '../signals.js';
import { exitCodes } from './exit-codes.js';

/** A command that is to end before it is done, and what with. The first reason counts. */
export class Stop {
  readonly #abort = new AbortController();
  #code: number | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The exit code; undefined while nothing stops the command. */
  get code(): number | undefined {
    return this.#code;
  }

  now(code: number, why: Error): void {
    this.#code ??= code;
    this.#abort.abort(why);
  }
}

/** Stops a command when a person interrupts it or the terminal goes away; the second time it ends at once. */
export function stopAtSignals(stop: Stop): void {
  const interrupt = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.now(exitCodes.interrupted, new Error(`interrupted by ${signal}`));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  takeSignals((signal) => {
    if (signal === 'SIGHUP') interrupt(signal);
  });
}
