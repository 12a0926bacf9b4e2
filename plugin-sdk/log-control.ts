import { defineService } from './define-service.js';

/** From which level on lines may be written, the lowest first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** Which lines of the log are to be written, for a time. */
export interface LogWish {
  readonly level: (typeof logLevels)[number];
  /** Seconds; without it until the end. */
  readonly seconds?: number;
  /** A pattern of names of instances or monitor names: the level holds for lines about these only. */
  readonly instance?: string;
}

/** Sets the level of the log while the controller runs. */
export interface LogControl {
  set(wish: LogWish): void;
}

/** Offered by the command line; an embedder may offer its own. */
export const logControl = defineService<LogControl>('log-control');
