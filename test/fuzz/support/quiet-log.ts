import type { LogFields, Logger } from '../../../core/contract/logger.js';

/** A log that nobody reads. An error in it, or anything that only a mistake of ours brings, is a fault. */
export class QuietLog implements Logger {
  /** What was told that should never be. */
  fault: string | undefined;

  debug(): void {
    // Only what should not be is of interest.
  }
  info(fields: LogFields): void {
    this.#look(fields);
  }
  warn(fields: LogFields): void {
    this.#look(fields);
  }
  error(fields: LogFields, message: string): void {
    this.fault ??= `${message}: ${JSON.stringify(fields)}`;
  }
  child(): Logger {
    return this;
  }
  isLevelEnabled(): boolean {
    return true;
  }

  #look(fields: LogFields): void {
    const { code } = fields;
    if (code === 'SCR_INTERNAL' || code === 'SCR_CLIENT_FAILED' || code === 'SCR_LISTENER_FAILED') {
      this.fault ??= JSON.stringify(fields);
    }
  }
}
