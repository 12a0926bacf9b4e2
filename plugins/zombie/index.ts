import { ScrError, definePlugin, inSeconds } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { LONGEST } from './longest.js';
import { keepSessions } from './state/index.js';

interface Options {
  readonly time: number | string;
  readonly most: number;
}

/**
 * For how long an instance is kept, in milliseconds, and how many at most: strangers who come and go would fill the memory.
 * @throws ScrError SCR_ZOMBIE_TIME
 */
function rulesOf({ time, most }: Options): { readonly keepFor: number; readonly most: number } {
  const seconds = inSeconds(time);
  if (seconds === undefined || seconds > LONGEST) throw new ScrError(errors.SCR_ZOMBIE_TIME, `time ${time}`);
  return { keepFor: seconds * 1000, most };
}

/** The first of those that `StateDirectory=` of a unit names; empty without one. */
function systemdDirectory(): string {
  return process.env['STATE_DIRECTORY']?.split(':')[0] ?? '';
}

/** Keeps the state of a disconnected instance for a time, so that it can resume. */
export default definePlugin({
  name: 'zombie',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      time: {
        type: ['integer', 'string'],
        minimum: 0,
        maximum: LONGEST,
        pattern: '^[0-9]{1,5}[smh]?$',
        default: 900,
        description: 'how long: seconds, or `90s`, `15m`, `3h`; 0 keeps nothing; at most 3 hours (10800)',
      },
      most: {
        type: 'integer',
        minimum: 0,
        default: 10_000,
        description: 'how many are kept at a time; past that, an instance that disconnects is gone at once',
      },
      state: {
        type: 'string',
        description:
          'a directory for what lets sessions go on after a restart of the controller; by default what systemd names in `STATE_DIRECTORY`, or none; empty for none',
      },
    },
  },
  setup(controller, options) {
    let { keepFor, most } = rulesOf(options);
    const kept = new Set<number>();
    let full = false;
    controller.hooks.disconnect.tap(({ id }) => {
      if (keepFor === 0) return undefined;
      if (kept.size < most) {
        full = false;
        kept.add(id);
        return { keepFor };
      }
      if (!full) controller.log.warn({ event: 'zombie.full', most }, `${most} zombies: no more are kept for now`);
      full = true;
      return undefined;
    });
    controller.hooks.attach.tap(({ id }) => void kept.delete(id));
    controller.hooks.expire.tap(({ id }) => void kept.delete(id));
    controller.hooks.reload.tap((fresh) => {
      ({ keepFor, most } = rulesOf(fresh));
      if (fresh.state === options.state) return;
      controller.log.warn({ event: 'reload.partial', option: 'state' }, 'another state needs a restart');
    });
    const directory = options.state ?? systemdDirectory();
    if (directory !== '') keepSessions(controller, controller.resolvePath(directory), () => keepFor);
  },
});
