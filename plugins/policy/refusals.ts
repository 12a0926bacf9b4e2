import { type Clock, type Command, type Logger, peerName } from '../../plugin-sdk/index.js';
import { certificateNames } from './people.js';
import { Rates } from './rates.js';

/** Refusals that are logged in a second; the others are counted in the next line. */
const LOGGED = { commands: 10, seconds: 1 };
/** Characters of a command that are logged. */
const LONGEST_COMMAND = 200;

/** Tells in the log what was refused. The audit trail has each; the log must not be flooded. */
export class Refusals {
  readonly #log: Logger;
  readonly #rates: Rates;
  #unlogged = 0;

  constructor(log: Logger, clock: Pick<Clock, 'now'>) {
    this.#log = log;
    this.#rates = new Rates(clock);
  }

  tell({ instance, channel, origin, line }: Command, rule: string | undefined, reason: string): void {
    if (this.#rates.take('', LOGGED) > 0) {
      this.#unlogged += 1;
      return;
    }
    const { uid, pid } = origin.credentials ?? {};
    const peer = origin.peer && peerName(origin.peer);
    const who = { uid, pid, peer, certificateNames: certificateNames(origin) };
    const what = { instance: instance.name, channel: channel.id, ...who, command: line.slice(0, LONGEST_COMMAND) };
    this.#log.info({ event: 'policy.refused', ...what, rule, reason, unlogged: this.#unlogged }, `refused: ${reason}`);
    this.#unlogged = 0;
  }
}
