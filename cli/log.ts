import { constants, fstatSync, openSync } from 'node:fs';
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { ScrError } from '../core/contract/errors.js';
import { type Logger, errorFields } from '../core/contract/logger.js';
import { cliErrors } from './errors.js';
import type { Flags } from './flags.js';
import { LogLevel, leveled } from './log-level.js';
import { printable } from './printable.js';

/** The daemon's log. */
export interface Log {
  readonly logger: Logger;
  /** Which lines are written. */
  readonly level: LogLevel;
  /** Opens the log file anew, after somebody moved it away. */
  reopen(): void;
}

type LogFlags = Pick<Flags, 'logFile' | 'logFormat' | 'tailor'>;
type Destination = ReturnType<typeof pino.destination>;

const STDERR = 2;
/** Octets of lines that may wait for a full disk, or for somebody who does not read; lines after that are lost. */
const WAITING = 65_536;
/** How often what waits is tried again, in milliseconds. */
const TRY_AGAIN = 1_000;
/** Levels of pino. */
const [INFO, WARN, ERROR] = [30, 40, 50] as const;
const waiting = new WeakSet<Destination>();

/**
 * JSON, one line an event; for a person, lines that are easy to read. @param forPerson whether a person reads stderr
 * @throws ScrError SCR_LOG_FILE
 */
export function openLog({ logFile, logFormat, tailor }: LogFlags, forPerson: boolean): Log {
  const destination = openDestination(logFile);
  const options: pino.LoggerOptions = {
    name: 'sc_remoted',
    level: 'debug', // what is written decides the level below
    timestamp: tailor.includes('notimes') ? false : pino.stdTimeFunctions.isoTime,
  };
  const isText = logFormat === undefined ? logFile === undefined && forPerson : logFormat === 'text';
  const prefix = logFile === undefined && writesToJournal() ? priority : () => '';
  const level = new LogLevel(tailor.includes('debug') ? 'debug' : 'info');
  const logger = leveled(pino(options, streamTo(destination, isText ? asText() : printable, prefix)), level);
  tellOfLost(destination, logger);
  return { logger, level, reopen: () => (logFile === undefined ? undefined : reopen(destination, logFile, logger)) };
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

/** The stream that pino writes lines to. @param form how a line is shown @param prefix what stands before it, by its level */
function streamTo(destination: Destination, form: (line: string) => string, prefix: (level: number) => string) {
  return {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: INFO,
    write(line: string): void {
      destination.write(prefix(this.lastLevel) + form(line));
    },
  };
}

/** Pino escapes the control characters up to U+001F only; here they are escaped twice: the line is parsed before it is shown. */
function asText(): (line: string) => string {
  const format = prettyFactory({
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    singleLine: true,
    ignore: 'pid,hostname,name,event',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (line) => format(printable(line, '\\\\u'));
}

/** Whether stderr leads to the journal of systemd, which takes the level from what stands before a line. */
function writesToJournal(): boolean {
  const { dev, ino } = fstatSync(STDERR);
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}

/** As syslog has them: 3 for errors, 4 for warnings, 6 for information, 7 for the rest. */
function priority(level: number): string {
  if (level >= ERROR) return '<3>';
  if (level >= WARN) return '<4>';
  return level >= INFO ? '<6>' : '<7>';
}
