import type { ClientError } from '../errors.js';
import type { Measurement } from './measurement.js';

export interface RunOptions {
  /** Halts the measurement when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

export interface ChannelOptions {
  /**
   * Whether each result must belong to the command that it is given to. Scampers before 20230224 do not say which that is, so a
   * channel to one has one command under way at a time. With `false` it has as many as scamper takes, and results go to the
   * oldest command: right for who only collects them. Default: true.
   */
  readonly exact?: boolean | undefined;
}

/** A conversation with the scamper of one VP: many commands at once, each with its own results. */
export interface Channel extends AsyncDisposable {
  /** The name of the VP, or the path of the socket. */
  readonly name: string;
  /** What a warts file begins with, once the first result is there: the list and the cycle that results refer to. */
  readonly header: Buffer;
  /** Resolves when the channel has ended: with why, or with nothing where this program ended it. Never rejects. */
  readonly closed: Promise<ClientError | undefined>;
  /**
   * Starts a measurement as soon as scamper wants another command, in the order of the calls.
   * @throws ClientError SCR_COMMAND_LINE
   */
  run(command: string, options?: RunOptions): Measurement;
  /**
   * Says that no more commands come, and waits until scamper has done all that it was asked for. @returns what a warts file ends
   * with. Rejects where the channel ends before that.
   */
  finish(): Promise<Buffer>;
  /** Halts what is under way and leaves at once. */
  close(): void;
}
