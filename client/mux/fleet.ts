import type { Channel, ChannelOptions } from '../channel/channel.js';
import type { ClientError } from '../errors.js';
import type { Change } from './changes.js';
import type { VantagePoint } from './vantage-point.js';

/** All vantage points of a controller, over one connection. */
export interface Fleet extends AsyncDisposable {
  /** Resolves when the connection has ended: with why, or with nothing where this program ended it. Never rejects. */
  readonly closed: Promise<ClientError | undefined>;
  /** The vantage points as they are now. */
  vps(): VantagePoint[];
  /**
   * What changes from now on. Ends when this program closes the connection; throws SCR_MUX_LOST when it is lost. Who reads slowly
   * is told the outcome, not each step.
   */
  changes(): AsyncIterableIterator<Change, undefined>;
  /**
   * Waits until the controller has told of those that are away too, which it does after all others. @param limit milliseconds; a
   * controller written in C never tells @returns whether it did
   */
  settled(limit?: number): Promise<boolean>;
  /** Opens a channel. Where it is refused, the first measurement on it says why. */
  open(vp: VantagePoint, options?: ChannelOptions): Channel;
  /** Halts what is under way on all channels, and ends the connection. */
  close(): void;
}
