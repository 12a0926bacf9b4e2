import { onAbort } from '../abort.js';
import type { ClientError } from '../errors.js';
import type { Share } from '../gauge.js';
import { Pull } from '../pull.js';

/** One outcome of a measurement. */
export interface Result {
  /** A whole warts record, or several. */
  readonly warts: Buffer;
  /** The number of the task in scamper; undefined for scampers before 20230224, which do not say. */
  readonly id: number | undefined;
  /** True when more results of this measurement follow. Most have one. */
  readonly inProgress: boolean;
}

/**
 * A command on its way, and its results as they come. Iterate it once. To stop iterating early halts the measurement.
 *
 * Throws a `ClientError`: SCR_COMMAND_REFUSED, SCR_CHANNEL_REFUSED, SCR_CHANNEL_ENDED, SCR_VP_GONE and others. Where its `signal`
 * aborts, what scamper has found by then is still a result; then the reason of the signal is thrown.
 */
export interface Measurement extends AsyncIterable<Result, undefined> {
  readonly command: string;
  /** All its results, one behind the other. */
  warts(): Promise<Buffer>;
}

/** What a measurement asks of its channel. */
export interface Owner {
  readonly share: Share;
  /** Nobody wants it any more. */
  halt(task: Task): void;
}

/** A measurement as its channel sees it. */
export class Task implements Measurement {
  /** Given by scamper when it takes the command. */
  id: number | undefined;
  /** Nobody wants it any more; what is still said of it is dropped, but for the results where a signal ended it. */
  unwanted = false;
  readonly #owner: Owner;
  readonly #signal: AbortSignal | undefined;
  readonly #endAbort: (() => void) | undefined;
  readonly #results: Result[] = [];
  readonly #pull: Pull<Result>;
  #ended = false;
  #dropped = false;

  constructor(
    readonly command: string,
    owner: Owner,
    signal: AbortSignal | undefined,
  ) {
    this.#owner = owner;
    this.#signal = signal;
    this.#pull = new Pull(
      () => this.#take(),
      () => this.#drop(),
    );
    if (signal !== undefined) this.#endAbort = onAbort(signal, () => this.#unwant());
  }

  [Symbol.asyncIterator](): AsyncIterator<Result, undefined> {
    return this.#pull;
  }

  async warts(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const { warts } of this) pieces.push(warts);
    return Buffer.concat(pieces);
  }

  /** A result came. */
  add(result: Result): void {
    if (this.#dropped || this.#ended) return;
    this.#results.push(result);
    this.#owner.share.add(result.warts.length);
    this.#pull.wake();
  }

  /** It is over. Where the signal ended it, that is the reason. */
  end(failure?: ClientError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#endAbort?.();
    this.#pull.end(this.#signal?.aborted === true ? this.#signal.reason : failure);
  }

  #take(): Result | undefined {
    const result = this.#results.shift();
    if (result !== undefined) this.#owner.share.remove(result.warts.length);
    return result;
  }

  #drop(): void {
    this.#dropped = true;
    while (this.#take() !== undefined);
    this.#unwant();
  }

  #unwant(): void {
    if (this.#ended || this.unwanted) return;
    this.unwanted = true;
    this.#owner.halt(this);
  }
}
