import { execFile } from 'node:child_process';
import { getSystemErrorName, promisify } from 'node:util';

/** Tells the service manager some lines: `READY=1`. Rejects where they do not arrive. */
export type Send = (state: string) => Promise<void>;

type SdNotify = (unsetEnvironment: number, state: string) => number;

/** Milliseconds until systemd must have taken what `systemd-notify` says. */
const PATIENCE = 5_000;
const runProgram = promisify(execFile);

/**
 * `$NOTIFY_SOCKET` is a datagram socket, which Node cannot open: the library of systemd does, called by the package `koffi`.
 * Where one of them is missing a program does, which systemd hears only with NotifyAccess=all.
 */
export async function findSend(): Promise<Send> {
  try {
    const { default: koffi } = await import('koffi');
    const prototype = 'int sd_notify(int unset_environment, const char *state)';
    return byLibrary(koffi.load('libsystemd.so.0').func(prototype) as SdNotify);
  } catch {
    return byProgram;
  }
}

function byLibrary(sdNotify: SdNotify): Send {
  return (state) => {
    const outcome = sdNotify(0, state);
    return outcome > 0 ? Promise.resolve() : Promise.reject(new Error(`sd_notify: ${systemError(outcome)}`));
  };
}

function systemError(outcome: number): string {
  return outcome === 0 ? 'no $NOTIFY_SOCKET' : getSystemErrorName(outcome);
}

const byProgram: Send = async (state) => {
  await runProgram('systemd-notify', state.split('\n'), { timeout: PATIENCE });
};
