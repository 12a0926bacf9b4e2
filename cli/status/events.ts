import { InvalidArgumentError, Option } from 'commander';
import { type EventReport, inSeconds } from '../../plugin-sdk/index.js';
import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { Output } from '../fleet/output.js';
import { inUtc } from '../fleet/time.js';
import { inOneLine, jsonLine } from '../printable.js';
import { statusCommand } from './command.js';
import { Control, type ControlFlags, controlPaths } from './control.js';

type Flags = ControlFlags & { readonly json?: boolean; readonly follow?: boolean; readonly since?: number };

/** Tells what happened last. @param argv what follows `events` @returns the exit code */
export function tellEvents(argv: readonly string[]): Promise<number> {
  return asCommand('events', async (stop) => {
    const flags = eventsCommand()
      .parse([...argv], { from: 'user' })
      .opts<Flags>();
    const control = new Control(await controlPaths(flags), stop.signal);
    const output = new Output(stop);
    const from = flags.since === undefined ? 0 : Date.now() - flags.since * 1_000;
    let last = 0;
    /** The stream begins with what was told already, and what came in between. */
    const tell = async (events: readonly EventReport[]): Promise<void> => {
      const fresh = events.filter(({ number, at }) => number > last && Date.parse(at) >= from);
      last = Math.max(last, events.at(-1)?.number ?? 0);
      await output.write(fresh.map((event) => (flags.json === true ? jsonLine(event) : lineOf(event))).join(''));
    };
    await tell(await control.events(0));
    if (flags.follow === true) await control.follow(tell);
    return exitCodes.ok;
  });
}

export function eventsCommand() {
  return statusCommand('events', '[-f] [--since time] [--json] [--control path]', 'Tells what happened last.')
    .addOption(new Option('-f, --follow', 'go on telling, until it is interrupted or the controller ends'))
    .addOption(new Option('--since <time>', 'what happened within: 90s, 15m, 3h').argParser(duration))
    .addOption(new Option('--json', 'a line of JSON for each'));
}

function duration(text: string): number {
  const seconds = inSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError('Write seconds, 90s, 15m or 3h.');
  return seconds;
}

function lineOf({ at, kind, vp, code, text, count }: EventReport): string {
  const times = count === undefined ? '' : ` (${count} times)`;
  const parts = [inUtc(new Date(at)), kind, vp, code, `${text}${times}`];
  return `${parts
    .filter((part) => part !== undefined)
    .map(inOneLine)
    .join('  ')}\n`;
}
