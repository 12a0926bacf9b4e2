import { Option } from 'commander';
import type { VpReport } from '../../plugin-sdk/index.js';
import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { Output } from '../fleet/output.js';
import { inUtc } from '../fleet/time.js';
import { inOneLine, jsonLine } from '../printable.js';
import { statusCommand } from './command.js';
import { Control, type ControlFlags, controlPaths } from './control.js';

type Flags = ControlFlags & { readonly json?: boolean };

/** Shows all that is known of a VP. @param argv what follows `show` @returns the exit code */
export function showVp(argv: readonly string[]): Promise<number> {
  return asCommand('show', async (stop) => {
    const command = showCommand().parse([...argv], { from: 'user' });
    const [name = ''] = command.args;
    const flags = command.opts<Flags>();
    const vp = await new Control(await controlPaths(flags), stop.signal).vp(name);
    await new Output(stop).write(flags.json === true ? jsonLine(vp) : asText(vp));
    return exitCodes.ok;
  });
}

export function showCommand() {
  return statusCommand('show', 'VP [--json] [--control path]', 'Shows all that is known of a vantage point (VP).')
    .argument('<VP>', 'its monitor name; without one, its session')
    .addOption(new Option('--json', 'as the API tells it'));
}

function asText(vp: VpReport): string {
  const turns = vp.turns.map(([at, state, code = '']) => ['', `${inUtc(new Date(at))} ${state} ${code}`] as const);
  const rows = [...rowsOf(vp), ...turns];
  return rows.map(([title, text]) => `${title.padEnd(14)} ${inOneLine(text)}`.trimEnd()).join('\n') + '\n';
}

/** What is not known has no row. */
function rowsOf(vp: VpReport): (readonly [title: string, text: string])[] {
  const { instance, metadata, reason } = vp;
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ['VP', vp.vp],
    ['state', vp.state],
    ['since', time(vp.since)],
    ['first seen', time(vp.firstSeen)],
    ['last seen', time(vp.lastSeen)],
    ['last ending', reason === undefined ? undefined : `${reason.code}: ${reason.text}`],
    ['came back', `${vp.reconnects24h} times in 24 hours, ${vp.reconnects} in all`],
    ['instance', instance?.name],
    ['address', instance?.address],
    ['transport', instance?.transport],
    ['certificate', instance?.certificate?.join(', ')],
    ['kept until', time(instance?.keptUntil)],
    ['clients', instance?.clients],
    ['results', instance === undefined ? undefined : `${instance.bytesFromInstance} octets`],
    ['commands', instance === undefined ? undefined : `${instance.bytesToInstance} octets, ${instance.held} wait`],
    ['round trip', instance?.roundTrip === undefined ? undefined : `${instance.roundTrip} ms`],
    ['place', [metadata?.place, metadata?.st, metadata?.cc].filter((part) => part !== undefined).join(', ')],
    ['position', positionOf(metadata)],
    ['AS', [...new Set([metadata?.asn4, metadata?.asn6])].filter((asn) => asn !== undefined).join(', ')],
    ['tags', metadata?.tags.join(', ')],
    ['history', vp.turns.length === 0 ? undefined : 'of the last 24 hours:'],
  ];
  return rows.flatMap(([title, text]) => (text === undefined || text === '' ? [] : [[title, String(text)]]));
}

function time(iso: string | undefined): string | undefined {
  return iso === undefined ? undefined : inUtc(new Date(iso));
}

function positionOf(metadata: VpReport['metadata']): string | undefined {
  const { latitude, longitude } = metadata ?? {};
  return latitude === undefined || longitude === undefined ? undefined : `${latitude}, ${longitude}`;
}
