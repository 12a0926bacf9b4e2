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

/** As `--help` tells it. */
export const exitCodesInWords = `Exit codes:
  0 all answered, 1 usage, 2 some failed, 3 none matched, 4 no controller, 130 interrupted`;
