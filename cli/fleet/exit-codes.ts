/** What a command of the fleet ends with. */
export const exitCodes = {
  ok: 0,
  /** A mistake on the command line, or a file that cannot be read or written. */
  usage: 1,
  someFailed: 2,
  noneMatched: 3,
  noController: 4,
  interrupted: 130,
} as const;

/** As the `--help` of each command tells them. */
export const exitCodesInWords = {
  ls: '0 listed, 1 usage, 3 none matched, 4 no controller, 130 interrupted',
  run: '0 all answered, 1 usage, 2 some failed, 3 none matched, 4 no controller, 130 interrupted',
  show: '0 shown, 1 usage, 3 no such VP, 4 no controller, 130 interrupted',
  events: '0 told, 1 usage, 4 no controller, 130 interrupted',
  check: '0 OK, 1 WARNING, 2 CRITICAL (no controller, too), 3 UNKNOWN (usage, too)',
  forget: '0 forgotten, 1 usage or nothing to forget, 3 no such VP, 4 no controller, 130 interrupted',
  log: '0 set, 1 usage, 4 no controller, 130 interrupted',
} as const;

/** Commands that ask the control socket. */
export type StatusCommandName = Exclude<keyof typeof exitCodesInWords, 'ls' | 'run'>;
