import { CommanderError } from 'commander';
import { ClientError } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import { foreground } from '../daemon.js';
import { cliErrors } from '../errors.js';
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

/** What a controller that stops says of its channels. */
const STOPPED = /^SCR_STOPPED\b/;

/** Whether a failure is one of the controller, and so everybody's. */
export function isOfController(failure: unknown): failure is ClientError {
  return failure instanceof ClientError && (noController.has(failure.code) || STOPPED.test(failure.reason ?? ''));
}

/** Runs a command that drives the fleet, until it is done or something stops it. @returns the exit code */
export async function asCommand(title: string, task: (stop: Stop) => Promise<number>): Promise<number> {
  process.title = title; // a pid file must not take it for a controller
  const stop = new Stop();
  stopAtSignals(stop);
  try {
    const code = await task(stop);
    await tellReason(stop);
    return stop.code ?? code;
  } catch (failure) {
    return stop.code ?? (await codeFor(failure));
  }
}

/** An interruption needs no words; who closed the output hears none. */
async function tellReason({ code, signal }: Stop): Promise<void> {
  if (code === exitCodes.usage || code === exitCodes.noController) await foreground.failed(inWords(signal.reason));
}

async function codeFor(failure: unknown): Promise<number> {
  if (failure instanceof CommanderError) return failure.exitCode === 0 ? exitCodes.ok : exitCodes.usage; // it has been told
  await foreground.failed(inWords(failure));
  if (isOfController(failure)) return exitCodes.noController;
  const nobody = failure instanceof ScrError && failure.code === cliErrors.SCR_NONE_MATCHED.code;
  return nobody ? exitCodes.noneMatched : exitCodes.usage;
}

/** One line about a failure of the client or of ours. */
export function inWords(failure: unknown): string {
  return failure instanceof ClientError ? failure.explain() : explain(failure);
}
