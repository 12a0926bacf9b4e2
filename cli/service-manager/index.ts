import { ScrError } from '../../core/contract/errors.js';
import { type Logger, errorFields } from '../../core/contract/logger.js';
import { cliErrors } from '../errors.js';
import { type Send, findSend } from './send.js';

/** How often it is looked whether the status is another one, in milliseconds. */
const LOOK_EVERY = 2_000;

/** The one that started this process, systemd for example, and is told how it is. Without `$NOTIFY_SOCKET` nobody is. */
export class ServiceManager {
  readonly #isThere = (process.env['NOTIFY_SOCKET'] ?? '') !== '';
  readonly #inOneLine: () => string | undefined;
  readonly #log: Logger;
  #send: Promise<Send> | undefined;
  #told: Promise<void> = Promise.resolve();
  #status: string | undefined;
  #failed = false;
  #stopping = false;

  /** @param inOneLine how the controller is; undefined where nobody knows */
  constructor(inOneLine: () => string | undefined, log: Logger) {
    this.#inOneLine = inOneLine;
    this.#log = log;
  }

  /** The controller listens. */
  started(): void {
    if (!this.#isThere) return;
    this.#tell('READY=1');
    const look = (): void => this.#look();
    queueMicrotask(look); // what is wrong with the status is no failure of the start
    setInterval(look, LOOK_EVERY).unref();
  }

  /** It is ready again also when the reload came to nothing. */
  async whileReloading(reload: () => Promise<void>): Promise<void> {
    this.#tell(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`);
    await reload();
    if (!this.#stopping) this.#tell('READY=1');
  }

  stopping(): void {
    this.#stopping = true;
    this.#tell('STOPPING=1\nSTATUS=stopping');
  }

  /** Resolves when all has been told. */
  settled(): Promise<void> {
    return this.#told;
  }

  #look(): void {
    const status = this.#stopping ? undefined : this.#inOneLine()?.replace(/\s+/g, ' ');
    if (status === undefined || status === this.#status) return;
    this.#status = status;
    this.#tell(`STATUS=${status}`);
  }

  /** In its turn. */
  #tell(state: string): void {
    if (!this.#isThere) return;
    const send = (this.#send ??= findSend());
    this.#told = this.#told.then(async () => (await send)(state)).catch((cause: unknown) => this.#fail(cause));
  }

  /** It will most likely be the same each time. */
  #fail(cause: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    const failure = new ScrError(cliErrors.SCR_NOTIFY_FAILED, undefined, { cause });
    this.#log.warn({ event: 'notify.failed', ...errorFields(failure) }, failure.message);
  }
}
