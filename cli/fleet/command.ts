import { CommanderError } from 'commander';
import { ClientError } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import { cliErrors } from '../errors.js';
import { printable } from '../printable.js';
import { explain } from '../run.js';
import { exitCodes } from './exit-codes.js';
import { Stop, stopAtSignals } from './stop.js';

/** Failures of the connection to the controller. */
const noController = new Set([
  'SCR_NO_CONTROLLER',
  'SCR_NOT_A_MUX',
  'SCR_MUX_TLS',
  'SCR_MUX_SILENT',
  'SCR_MUX_LOST',
  'SCR_MUX_BROKEN',
]);

/** There is no VP to do anything with. */
const nobody = new Set<string>(
  [cliErrors.SCR_NO_VPS, cliErrors.SCR_NONE_MATCHED, cliErrors.SCR_NO_SUCH_VP].map(({ code }) => code),
);

/** What a controller that stops says of its channels. */
const STOPPED = /^SCR_STOPPED\b/;

/** Whether a failure is one of the controller, and so everybody's. */
export function isOfController(failure: unknown): failure is ClientError {
  return failure instanceof ClientError && (noController.has(failure.code) || STOPPED.test(failure.reason ?? ''));
}

/** Runs a command that drives the fleet, until it is done or something stops it. @returns the exit code */
export async function asCommand(name: string, task: (stop: Stop) => Promise<number>): Promise<number> {
  process.title = `sc-remoted-${name}`; // a pid file must not take it for a controller
  const stop = new Stop();
  stopAtSignals(stop);
  try {
    const code = await task(stop);
    tellReason(name, stop);
    return stop.code ?? code;
  } catch (failure) {
    return stop.code ?? codeFor(name, failure);
  }
}

/** An interruption needs no words; who closed the output hears none. */
function tellReason(name: string, { code, signal }: Stop): void {
  if (code === exitCodes.usage || code === exitCodes.noController) tell(name, inWords(signal.reason));
}

/** A line on stderr. @param name of the command, which stands in front */
export function tell(name: string, message: string): void {
  process.stderr.write(printable(`sc-remoted ${name}: ${message}\n`));
}

function codeFor(name: string, failure: unknown): number {
  if (failure instanceof CommanderError) return failure.exitCode === 0 ? exitCodes.ok : exitCodes.usage; // it has been told
  tell(name, inWords(failure));
  if (isOfController(failure)) return exitCodes.noController;
  if (failure instanceof ScrError && failure.code === cliErrors.SCR_NO_STATUS.code) return exitCodes.noController;
  return failure instanceof ScrError && nobody.has(failure.code) ? exitCodes.noneMatched : exitCodes.usage;
}

/** One line about a failure of the client or of ours. */
export function inWords(failure: unknown): string {
  return failure instanceof ClientError ? failure.explain() : explain(failure);
}
