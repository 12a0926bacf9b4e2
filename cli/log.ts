import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { ScrError } from '../core/errors.js';
import { type Logger, errorFields } from '../core/logger.js';
import { cliErrors } from './errors.js';
import type { Flags } from './flags.js';

/** The daemon's log. */
export interface Log {
  readonly logger: Logger;
  /** Opens the log file anew, after somebody moved it away. */
  reopen(): void;
}

type Destination = ReturnType<typeof pino.destination>;

const STDERR = 2;
/** Octets of lines that may wait for a disk that is full; lines after that are lost. */
const WAITING = 65_536;

/**
 * JSON, one line an event; for a person, lines that are easy to read. @param forPerson whether a person reads stderr
 * @throws ScrError SCR_LOG_FILE
 */
export function openLog({ logFile, tailor }: Pick<Flags, 'logFile' | 'tailor'>, forPerson: boolean): Log {
  const destination = openDestination(logFile);
  const options: pino.LoggerOptions = {
    name: 'sc_remoted',
    level: tailor.includes('debug') ? 'debug' : 'info',
    timestamp: tailor.includes('notimes') ? false : pino.stdTimeFunctions.isoTime,
  };
  const stream = logFile === undefined && forPerson ? readable(destination) : destination;
  const logger = pino(options, stream);
  return { logger, reopen: () => (logFile === undefined ? undefined : reopen(destination, logFile, logger)) };
}

/** Where the file cannot be opened anew, the old one is written on. */
function reopen(destination: Destination, logFile: string, logger: Logger): void {
  try {
    destination.reopen();
  } catch (cause) {
    const failure = new ScrError(cliErrors.SCR_LOG_FILE, logFile, { cause });
    logger.error({ event: 'log.kept', ...errorFields(failure) }, `${failure.message}: the old file is kept`);
  }
}

function openDestination(logFile: string | undefined): Destination {
  try {
    const destination = pino.destination({ dest: logFile ?? STDERR, sync: true, maxLength: WAITING });
    // A full disk, a closed pipe or a lost terminal must not end the daemon; there is no place left to tell of it.
    destination.on('error', () => undefined);
    return destination;
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_LOG_FILE, logFile, { cause });
  }
}

function readable(destination: Destination): pino.DestinationStream {
  const format = prettyFactory({
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    singleLine: true,
    ignore: 'pid,hostname,name,event',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return { write: (line) => void destination.write(format(line)) };
}
