import type { Clock, Command } from '../../plugin-sdk/index.js';
import type { Each } from './options.js';
import { identityOf } from './people.js';
import { Rates } from './rates.js';
import type { Rule } from './rules.js';
import { Running } from './running.js';

/** What rules limit by counting: how many commands in a time, how many measurements at a time. */
export class Limits {
  readonly running = new Running();
  readonly #rates: Rates;
  /** Under what commands are counted that were let through. */
  readonly #keys = new WeakMap<Command, string>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#rates = new Rates(clock);
  }

  /** @returns why a command is one too many for the rule that allows it; if it is not, it counts */
  objection(rule: Rule, command: Command): string | undefined {
    return this.#objectionToRunning(rule, command) ?? this.#objectionToRate(rule, command);
  }

  passed(command: Command): void {
    this.running.passed(command, this.#keys.get(command));
  }

  #objectionToRunning(rule: Rule, command: Command): string | undefined {
    if (rule.running === undefined) return undefined;
    const key = keyFor(rule, rule.running.each, command);
    const { measurements } = rule.running;
    if (this.running.of(key) >= measurements)
      return `as many measurements run as may (${measurements}); wait until one is done`;
    this.#keys.set(command, key);
    return undefined;
  }

  #objectionToRate(rule: Rule, command: Command): string | undefined {
    if (rule.rate === undefined) return undefined;
    const key = keyFor(rule, rule.rate.each, command);
    const wait = this.#rates.take(key, rule.rate);
    return wait === 0 ? undefined : `too many commands; the next in ${Math.ceil(wait)} s`;
  }
}

/** Where users are counted, one who is not known has been refused before. */
function keyFor({ key }: Rule, each: Each, { instance, origin }: Command): string {
  const user = each === 'instance' ? '' : identityOf(origin);
  // A scamper that starts afresh has another id, but its name stays.
  const place = each === 'user' ? '' : (instance.monitorName ?? `#${instance.id}`);
  return [key, user, place].join('\n');
}
