import { constants, fstatSync, openSync } from 'node:fs';
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { ScrError } from '../core/contract/errors.js';
import { type Logger, errorFields } from '../core/contract/logger.js';
import { cliErrors } from './errors.js';
import type { Flags } from './flags.js';
import { printable } from './printable.js';

/** The daemon's log. */
export interface Log {
  readonly logger: Logger;
  /** Opens the log file anew, after somebody moved it away. */
  reopen(): void;
}

type Destination = ReturnType<typeof pino.destination>;

const STDERR = 2;
/** Octets of lines that may wait for a full disk, or for somebody who does not read; lines after that are lost. */
const WAITING = 65_536;
/** How often what waits is tried again, in milliseconds. */
const TRY_AGAIN = 1_000;
const waiting = new WeakSet<Destination>();

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
  const stream = logFile === undefined && forPerson ? readable(destination) : json(destination);
  const logger = pino(options, stream);
  tellOfLost(destination, logger);
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
    const destination = pino.destination({
      dest: logFile ?? neverWaiting(STDERR),
      sync: true,
      maxLength: WAITING,
      retryEAGAIN: () => false, // it would stop the whole process until somebody reads
    });
    // A full disk, a closed pipe or a lost terminal must not end the daemon; there is no place left to tell of it.
    destination.on('error', () => tryAgain(destination));
    return destination;
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_LOG_FILE, logFile, { cause });
  }
}

/**
 * A pipe or a terminal that nobody reads (`| less`, Ctrl-S) would hold up every write, and the controller with it. Opened
 * anew it does not, and stays as it is for the other programs that write to it.
 */
function neverWaiting(fd: number): number {
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  const { O_WRONLY, O_APPEND, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);
  } catch {
    return fd; // another system than Linux, or somebody else's terminal
  }
}

/** Without another line to write, nothing else would. */
function tryAgain(destination: Destination): void {
  if (waiting.has(destination)) return;
  waiting.add(destination);
  setTimeout(() => {
    waiting.delete(destination);
    destination.write(''); // and what waits before it
  }, TRY_AGAIN).unref();
}

function tellOfLost(destination: Destination, logger: Logger): void {
  let lines = 0;
  destination.on('drop', () => lines++);
  destination.on('drain', () => {
    if (lines === 0) return;
    const fields = { event: 'log.lost', lines };
    lines = 0;
    logger.warn(fields, `${fields.lines} lines of the log were lost: nobody took them in time`);
  });
}

/** Pino escapes the control characters up to U+001F only. */
function json(destination: Destination): pino.DestinationStream {
  return { write: (line) => void destination.write(printable(line)) };
}

function readable(destination: Destination): pino.DestinationStream {
  const format = prettyFactory({
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    singleLine: true,
    ignore: 'pid,hostname,name,event',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  // Escaped twice: the line is parsed before it is shown.
  return { write: (line) => void destination.write(format(printable(line, '\\\\u'))) };
}
