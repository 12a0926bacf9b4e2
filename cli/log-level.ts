import picomatch from 'picomatch';
import type { LogFields, Logger } from '../core/contract/logger.js';
import { type LogControl, type LogWish, logLevels } from '../plugin-sdk/index.js';

type Level = LogWish['level'];

/** Fields that say which instance a line is about. */
const about = ['instance', 'monitorName', 'name'] as const;

/** Which lines of the log are written; it can be set while the controller runs. */
export class LogLevel implements LogControl {
  readonly #usual: Level;
  #wish: { readonly level: Level; readonly fits: ((name: string) => boolean) | undefined } | undefined;
  #ends: NodeJS.Timeout | undefined;

  constructor(usual: Level) {
    this.#usual = usual;
  }

  /** In place of what was wished before. */
  set({ level, seconds, instance }: LogWish): void {
    clearTimeout(this.#ends);
    this.#wish = { level, fits: instance === undefined ? undefined : picomatch(instance) };
    if (seconds === undefined) return;
    this.#ends = setTimeout(() => (this.#wish = undefined), seconds * 1_000).unref();
  }

  /** Whether some line of the level is written. */
  enabled(level: string): boolean {
    return rank(level) >= Math.min(rank(this.#ruling), rank(this.#wish?.level ?? this.#usual));
  }

  wants(level: Level, fields: LogFields, bound: LogFields): boolean {
    const wish = this.#wish;
    if (rank(level) >= rank(this.#ruling)) return true;
    if (wish?.fits === undefined || rank(level) < rank(wish.level)) return false;
    return about.some((name) =>
      [fields[name], bound[name]].some((text) => typeof text === 'string' && wish.fits?.(text)),
    );
  }

  /** For lines about anything. */
  get #ruling(): Level {
    return this.#wish === undefined || this.#wish.fits !== undefined ? this.#usual : this.#wish.level;
  }
}

/** -1 for what is no level of ours. */
function rank(level: string): number {
  return logLevels.findIndex((one) => one === level);
}

/** The logger that writes what the level lets through. @param bound the fields that are in each line */
export function leveled(logger: Logger, level: LogLevel, bound: LogFields = {}): Logger {
  const at =
    (name: Level) =>
    (fields: LogFields, message: string): void => {
      if (level.wants(name, fields, bound)) logger[name](fields, message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => leveled(logger.child(fields), level, { ...bound, ...fields }),
    isLevelEnabled: (name) => level.enabled(name),
  };
}
