import { pino } from 'pino';
import { ScrError, placeOf, reasonOf } from './errors.js';

/** Fields of a log line. Never put a secret here; a magic is one. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the controller and its plugins log with: one line an event. A pino logger fits. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: Record<string, unknown>): Logger;
  /** True when debug lines are written; ask before building costly fields. */
  isLevelEnabled(level: string): boolean;
}

/** The logger of an embedded controller that was given none: JSON lines on stderr. */
export function defaultLogger(): Logger {
  return pino({ name: 'sc-remoted' }, pino.destination({ fd: 2, sync: true }));
}

/** The fields that describe a failure, stable code first. */
export function errorFields(thrown: unknown): LogFields {
  if (!(thrown instanceof ScrError)) return { code: 'SCR_INTERNAL', cause: stackOf(thrown) };
  const why = reasonOf(thrown.cause);
  return {
    code: thrown.code,
    ...(thrown.plugin !== undefined && { plugin: thrown.plugin }),
    ...(thrown.hook !== undefined && { hook: thrown.hook }),
    ...(why !== '' && { cause: why }),
    remedy: thrown.remedy,
    ...placeOf(thrown),
  };
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
