import { CommanderError, InvalidArgumentError, Option } from 'commander';
import { ScrError } from '../../core/contract/errors.js';

import { asCommand, inWords } from '../fleet/command.js';
import { Output } from '../fleet/output.js';
import { type Stop } from '../fleet/stop.js';
import { inOneLine, jsonLine } from '../printable.js';
import { statusCommand } from './command.js';
import { Control, type ControlFlags, controlPaths } from './control.js';
import { type Finding, type Thresholds, findingsOf, levels, worstOf } from './findings.js';

type Format = 'nagios' | 'json' | 'prometheus';
type Flags = ControlFlags & Thresholds & { readonly format: Format; readonly vp?: readonly string[] };

/** Says in a word whether all is well, for a monitoring system. @param argv what follows `check` @returns 0 to 3 */
export function check(argv: readonly string[]): Promise<number> {
  return asCommand('check', async (stop) => {
    const flags = flagsIn(argv);
    if (typeof flags === 'number') return flags;
    const findings = await findingsOrNone(flags, stop);
    await new Output(stop).write(written(flags.format, findings));
    return levels.indexOf(worstOf(findings));
  });
}

/** @returns an exit code where there is nothing to check: a mistake, which has been told, is no warning */
function flagsIn(argv: readonly string[]): Flags | number {
  try {
    return checkCommand()
      .parse([...argv], { from: 'user' })
      .opts<Flags>();
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : levels.indexOf('UNKNOWN');
    throw failure;
  }
}

/** That nobody answers is critical, not a mistake of the one who asks. */
async function findingsOrNone(flags: Flags, stop: Stop): Promise<readonly Finding[]> {
  try {
    const control = new Control(await controlPaths(flags), stop.signal);
    const [status, vps] = await Promise.all([control.status(), control.vps()]);
    return findingsOf(status, vps, flags);
  } catch (failure) {
    if (failure instanceof ScrError && failure.code === 'SCR_NO_STATUS') {
      return [{ name: 'controller', level: 'CRITICAL', text: inWords(failure), value: 0 }];
    }
    return [{ name: 'controller', level: 'UNKNOWN', text: inWords(failure), value: 0 }];
  }
}

export function checkCommand() {
  const count = (flags: string, what: string): Option => new Option(flags, what).argParser(whole);
  return statusCommand(
    'check',
    '[thresholds] [--format how] [--control path]',
    'Says whether all is well, for a monitoring system.',
  )
    .addOption(
      new Option('--format <how>', 'how it is told').choices(['nagios', 'json', 'prometheus']).default('nagios'),
    )
    .addOption(new Option('--vp <name...>', 'these VPs must be connected; one that is away is a warning'))
    .addOption(count('--connected-warning <count>', 'warn where fewer VPs are connected'))
    .addOption(count('--connected-critical <count>', 'critical where fewer are connected'))
    .addOption(count('--missing-warning <count>', 'warn where as many are away, lost or never seen'))
    .addOption(count('--missing-critical <count>', 'critical where as many are'))
    .addOption(count('--certificate-warning <days>', 'warn where a certificate ends within').default(14))
    .addOption(count('--certificate-critical <days>', 'critical where one ends within').default(3))
    .addOption(count('--descriptors-warning <percent>', 'warn where as much of the descriptors is used').default(80))
    .addOption(count('--descriptors-critical <percent>', 'critical where as much is used').default(95));
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

function written(format: Format, findings: readonly Finding[]): string {
  if (format === 'json') return jsonLine({ level: worstOf(findings), findings });
  return format === 'nagios' ? asNagios(findings) : asPrometheus(findings);
}

/** One line: what is worst first; figures behind the bar. */
function asNagios(findings: readonly Finding[]): string {
  const worst = worstOf(findings);
  const bad = findings.filter(({ level }) => level !== 'OK');
  const said = (bad.length > 0 ? bad : findings).map(({ text }) => text).join('; ');
  const figures = findings
    .map(({ name, value, unit = '' }) => `'${name.replaceAll("'", '')}'=${value}${unit}`)
    .join(' ');
  return `SC_REMOTED ${worst} - ${inOneLine(said).replaceAll('|', ' ')} | ${inOneLine(figures).replaceAll('|', ' ')}\n`;
}

function asPrometheus(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ name, level }) => `sc_remoted_check{check="${escaped(name)}"} ${levels.indexOf(level)}\n`,
  );
  return `# HELP sc_remoted_check 0 OK, 1 warning, 2 critical, 3 unknown.\n# TYPE sc_remoted_check gauge\n${lines.join('')}`;
}

function escaped(text: string): string {
  return inOneLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
