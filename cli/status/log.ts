import { Argument, InvalidArgumentError, Option } from 'commander';
import { inSeconds, logLevels } from '../../plugin-sdk/index.js';
import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { statusCommand } from './command.js';
import { Control, type ControlFlags, controlPaths } from './control.js';

type Flags = ControlFlags & { readonly for?: number; readonly instance?: string };

/** Sets the level of the controller's log. @param argv what follows `log` @returns the exit code */
export function setLogLevel(argv: readonly string[]): Promise<number> {
  return asCommand('log', async (stop) => {
    const command = logCommand().parse([...argv], { from: 'user' });
    const [level] = command.args;
    const { for: seconds, instance, ...flags } = command.opts<Flags>();
    await new Control(await controlPaths(flags), stop.signal).setLog({ level, seconds, instance });
    return exitCodes.ok;
  });
}

export function logCommand() {
  return statusCommand(
    'log',
    'LEVEL [--for time] [--instance pattern] [--control path]',
    'Sets the level of the log of a controller while it runs.',
  )
    .addArgument(new Argument('<LEVEL>', 'from which level on lines are written').choices(logLevels))
    .addOption(
      new Option('--for <time>', 'for so long: 90s, 15m, 3h; otherwise until the controller ends').argParser(duration),
    )
    .addOption(new Option('--instance <pattern>', 'for lines about these instances or monitor names only: `ams-*`'));
}

function duration(text: string): number {
  const seconds = inSeconds(text);
  if (seconds === undefined || seconds === 0) throw new InvalidArgumentError('Write 90s, 15m or 3h.');
  return seconds;
}
