import { type Command, Option } from 'commander';
import { type Change, type Selector, type VantagePoint, selector } from '../../client/index.js';
import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { fleetCommand, checkedSelector } from '../fleet/options.js';
import { Output } from '../fleet/output.js';
import { choose, matching, reach } from '../fleet/reach.js';
import type { MuxFlags } from '../fleet/where.js';
import { type FormFlags, formOf } from './forms.js';

const usage = '[SELECTOR] [--json | --names] [--watch] [--mux where]';

/** Lists the VPs of a controller. @param argv what follows `ls` @returns the exit code */
export function listVps(argv: readonly string[]): Promise<number> {
  return asCommand('ls', async (stop) => {
    const { fits, flags } = parse(argv);
    const output = new Output(stop);
    const fleet = await reach(flags, stop);
    stop.signal.addEventListener('abort', () => fleet.close());
    const changes = fleet.changes(); // from before the list: nothing falls in between
    const vps = flags.watch === true ? matching(fleet, fits) : choose(fleet, fits);
    const form = formOf(flags, vps);
    await output.write(form.all());
    if (flags.watch === true) {
      for await (const change of changesOf(vps, changes, fits)) await output.write(form.change(change));
    }
    fleet.close();
    return exitCodes.ok;
  });
}

/** What is asked for on the command line. */
interface Wish {
  readonly fits: Selector;
  readonly flags: MuxFlags & FormFlags;
}

/** @throws CommanderError for a mistake, which has been told */
export function parse(argv: readonly string[]): Wish {
  const command = lsCommand().parse([...argv], { from: 'user' });
  const [which = 'all'] = command.args;
  return { fits: selector(which), flags: command.opts<MuxFlags & FormFlags>() };
}

export function lsCommand(): Command {
  return fleetCommand('ls', usage, 'Lists the vantage points (VPs) of a controller.')
    .argument('[SELECTOR]', 'which ones', checkedSelector, 'all')
    .addOption(new Option('--json', 'a line of JSON for each'))
    .addOption(new Option('--names', 'the names alone, for pipelines').conflicts(['json', 'watch']))
    .addOption(new Option('--watch', 'go on telling what changes, until it is interrupted'));
}

/** What happens to VPs that are meant, or were meant until then. */
async function* changesOf(
  vps: readonly VantagePoint[],
  changes: AsyncIterable<Change>,
  fits: Selector,
): AsyncGenerator<Change, undefined> {
  const shown = new Set(vps.map(({ id }) => id));
  for await (const change of changes) {
    const { type, vp } = change;
    const isMeant = type !== 'gone' && fits(vp);
    if (isMeant || shown.has(vp.id)) yield change;
    if (isMeant) shown.add(vp.id);
    else shown.delete(vp.id);
  }
}
