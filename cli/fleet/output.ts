import { ScrError } from '../../core/contract/errors.js';
import { cliErrors } from '../errors.js';
import { exitCodes } from './exit-codes.js';
import type { Stop } from './stop.js';

/** Standard output. Who reads it sets the pace; where nobody reads any more (`| head`), the command stops and says nothing. */
export class Output {
  readonly #stop: Stop;

  constructor(stop: Stop) {
    this.#stop = stop;
    process.stdout.on('error', (failure: Error) => this.#failed(failure));
    process.stderr.on('error', () => undefined); // there is no place left to tell of it
  }

  /** Resolves when it is written, or when nobody wants it any more. */
  write(piece: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (!process.stdout.writable) return resolve();
      process.stdout.write(piece, () => resolve());
    });
  }

  #failed(cause: Error): void {
    const left = 'code' in cause && cause.code === 'EPIPE';
    if (left) this.#stop.now(exitCodes.ok, cause);
    else this.#stop.now(exitCodes.usage, new ScrError(cliErrors.SCR_RESULTS_FILE, 'standard output', { cause }));
  }
}
