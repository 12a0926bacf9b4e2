import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { statusCommand } from './command.js';
import { Control, type ControlFlags, controlPaths } from './control.js';

/** Strikes VPs off that are lost. @param argv what follows `forget` @returns the exit code */
export function forgetVps(argv: readonly string[]): Promise<number> {
  return asCommand('forget', async (stop) => {
    const command = forgetCommand().parse([...argv], { from: 'user' });
    const control = new Control(await controlPaths(command.opts<ControlFlags>()), stop.signal);
    for (const name of command.args) await control.forget(name);
    return exitCodes.ok;
  });
}

export function forgetCommand() {
  const what =
    'Strikes lost vantage points (VPs) off: one that is there stays, one that the metadata name is as if never seen.';
  return statusCommand('forget', 'VP ... [--control path]', what).argument('<VP...>', 'their monitor names');
}
