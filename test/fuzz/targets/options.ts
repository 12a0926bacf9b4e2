import { limitsSchema } from '../../../core/contract/limits.js';
import { ConfigurationError } from '../../../core/plugins/load.js';
import { validate } from '../../../core/plugins/validate.js';
import { createController } from '../../../index.js';
import { defaultPlugins } from '../../../plugins/index.js';
import { QuietLog } from '../support/quiet-log.js';
import { Script } from '../support/script.js';
import type { Target } from '../support/target.js';

const MOST_LEVELS = 6;
const KEYS = [
  ...['listen', 'family', 'cert', 'key', 'ca', 'file', 'directory', 'path', 'tls', 'insecure', 'helloTime', 'clients'],
  ...['channels', 'allowGroup', 'rules', 'allow', 'time', 'most', 'state', 'passphrase', 'users', 'mode', 'group'],
  ...['__proto__', 'constructor', 'toString', '', 'a/b~c'],
] as const;
const VALUES: readonly unknown[] = [
  ...[0, 1, -1, 65_535, 65_536, 1.5, NaN, Infinity, 2 ** 53, 1n, true, false, null, undefined, Symbol('s')],
  ...['', '0', '127.0.0.1:0', '[::1]:0', '15m', '3h', 'x'.repeat(300), '\0', '../..', new Date(0), new Map(), /x/],
  ...[() => undefined, Object.create(null), Buffer.from('x')],
];

function pick<T>(script: Script, items: readonly T[]): T | undefined {
  return items[script.u8() % items.length];
}

/** A value such as a configuration written as a program may bring. */
function oddValue(script: Script, level = 0): unknown {
  const choice = script.u8() % 8;
  if (choice > 3 || level > MOST_LEVELS) return pick(script, VALUES);
  if (choice === 0) return script.take(script.u8() % 32).toString('latin1');
  const count = script.u8() % 6;
  if (choice === 1) return Array.from({ length: count }, () => oddValue(script, level + 1));
  return oddObject(script, level, count);
}

function oddObject(script: Script, level: number, count: number): object {
  const entries = Array.from({ length: count }, () => [pick(script, KEYS), oddValue(script, level + 1)]);
  const object: object = Object.fromEntries(entries);
  if (script.u8() > 250) Object.assign(object, { itself: object });
  return object;
}

async function run(inputs: readonly Buffer[]): Promise<void> {
  for (const bytes of inputs) {
    const script = new Script(bytes);
    validate(limitsSchema, oddValue(script));
    const name = pick(script, Object.keys(defaultPlugins)) ?? 'tcp';
    const options = oddObject(script, 0, 1 + (script.u8() % 4));
    try {
      await createController({ plugins: [[name, options]], logger: new QuietLog() });
    } catch (failure) {
      if (!(failure instanceof ConfigurationError) || failure.message.includes('SCR_PLUGIN_SCHEMA')) throw failure;
    }
  }
}

/** The options of all default plugins, and limits: whatever they are given, they tell what is wrong with it. */
export const options: Target = {
  name: 'options',
  engine: false,
  seeds: [
    Buffer.from([2, 2, 0, 0, 2, 7, 1, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]),
    Buffer.from([1, 3, 4, 13, 4, 13, 4, 13, 0, 4, 3, 9, 1, 1, 1, 1, 1, 1, 1]),
    Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 37) % 256)),
  ],
  together: 100,
  run,
};
