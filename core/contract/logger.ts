import { pino } from 'pino';
import { ScrError, attempt, placeOf, reasonOf, stackOf, wholeReasonOf } from './errors.js';

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

/** The fields that describe a failure, stable code first. Never throws, whatever was thrown. */
export function errorFields(thrown: unknown): LogFields {
  const fields = thrown instanceof ScrError ? attempt(() => fieldsOf(thrown), undefined) : undefined;
  return fields ?? { code: 'SCR_INTERNAL', cause: stackOf(thrown) ?? reasonOf(thrown) };
}

function fieldsOf(error: ScrError): LogFields {
  const why = wholeReasonOf(error.cause);
  return {
    code: error.code,
    ...(error.plugin !== undefined && { plugin: error.plugin }),
    ...(error.hook !== undefined && { hook: error.hook }),
    ...(why !== '' && { cause: why }),
    remedy: error.remedy,
    ...placeOf(error),
  };
}
