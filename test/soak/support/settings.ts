import { parseArgs } from 'node:util';

export interface Settings {
  readonly minutes: number;
  readonly instances: number;
  readonly seed: number;
  /** Where samples and plot are written. */
  readonly output: string;
}

const usage = 'usage: npm run soak -- [--minutes N] [--instances N] [--seed N] [--output DIR]';

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not ${text}\n${usage}`);
  return value;
}

/** @throws Error that says what is wrong with the arguments */
export function settingsFrom(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      instances: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      output: { type: 'string', default: 'soak-output' },
    },
  });
  return {
    minutes: positive('minutes', values.minutes),
    instances: positive('instances', values.instances),
    seed: positive('seed', values.seed),
    output: values.output,
  };
}
