import { type Command, Option } from 'commander';
import { type Change, type Selector, type VantagePoint, selector } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import type { VpState } from '../../plugin-sdk/index.js';
import { cliErrors } from '../errors.js';
import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { fleetCommand, checkedSelector } from '../fleet/options.js';
import { Output } from '../fleet/output.js';
import { choose, matching, reach } from '../fleet/reach.js';
import type { Stop } from '../fleet/stop.js';
import type { MuxFlags } from '../fleet/where.js';
import { controlOption } from '../status/command.js';
import { Control, type ControlFlags, controlPaths } from '../status/control.js';
import { type Listed, listed } from './listed.js';
import { type FormFlags, formOf } from './forms.js';

const usage = '[SELECTOR] [--state state] [--json | --names] [--watch] [--control path | --mux where]';

/** Lists the VPs of a controller. @param argv what follows `ls` @returns the exit code */
export function listVps(argv: readonly string[]): Promise<number> {
  return asCommand('ls', async (stop) => {
    const { fits, flags } = parse(argv);
    const output = new Output(stop);
    const known = await remembered(flags, stop);
    if (known !== undefined) {
      await output.write(formOf(flags, chosenOf(known, fits, flags)).all());
      return exitCodes.ok;
    }
    const fleet = await reach(flags, stop);
    stop.signal.addEventListener('abort', () => fleet.close());
    const changes = fleet.changes(); // from before the list: nothing falls in between
    const isMeant: Selector = (vp) => fits(vp) && (flags.state === undefined || vp.state === flags.state);
    const vps = flags.watch === true ? matching(fleet, isMeant) : choose(fleet, isMeant);
    const form = formOf(flags, vps);
    await output.write(form.all());
    if (flags.watch === true) {
      for await (const change of changesOf(vps, changes, isMeant)) await output.write(form.change(change));
    }
    fleet.close();
    return exitCodes.ok;
  });
}

type Flags = MuxFlags & FormFlags & ControlFlags & { readonly state?: VpState };

/** What is asked for on the command line. */
interface Wish {
  readonly fits: Selector;
  readonly flags: Flags;
}

/** States that a mux tells of. */
const there = new Set<VpState>(['connected', 'away']);

/** All that the status knows. @returns undefined where the mux is to tell: it does not know of the lost */
async function remembered(flags: Flags, stop: Stop): Promise<readonly Listed[] | undefined> {
  if (flags.mux !== undefined || flags.watch === true) return undefined;
  try {
    return (await new Control(await controlPaths(flags), stop.signal).vps()).map(listed);
  } catch (failure) {
    const isNeeded = flags.control !== undefined || (flags.state !== undefined && !there.has(flags.state));
    if (isNeeded || !(failure instanceof ScrError) || failure.code !== cliErrors.SCR_NO_STATUS.code) throw failure;
    return undefined;
  }
}

/** What goes into pipelines is for measuring: names of the lost are there only when asked for. */
function chosenOf(known: readonly Listed[], fits: Selector, { state, names }: Flags): readonly Listed[] {
  const wanted = (vp: Listed): boolean =>
    state === undefined ? names !== true || there.has(vp.state) : vp.state === state;
  const chosen = known.filter((vp) => wanted(vp) && fits(vp));
  if (chosen.length > 0) return chosen;
  throw known.length === 0
    ? new ScrError(cliErrors.SCR_NO_VPS)
    : new ScrError(cliErrors.SCR_NONE_MATCHED, `of ${known.length} vantage points`);
}

/** @throws CommanderError for a mistake, which has been told */
export function parse(argv: readonly string[]): Wish {
  const command = lsCommand().parse([...argv], { from: 'user' });
  const [which = 'all'] = command.args;
  return { fits: selector(which), flags: command.opts<Flags>() };
}

export function lsCommand(): Command {
  return fleetCommand('ls', usage, 'Lists the vantage points (VPs) of a controller.')
    .argument('[SELECTOR]', 'which ones', checkedSelector, 'all')
    .addOption(new Option('--state <state>', 'those in this state').choices(['connected', 'away', 'lost', 'never']))
    .addOption(controlOption().conflicts('mux'))
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
