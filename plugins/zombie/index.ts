import { type InstanceView, ScrError, definePlugin, inSeconds, systemdDirectory } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { type Bounds, Kept } from './kept.js';
import { LONGEST } from './longest.js';
import { keepSessions } from './state/index.js';

interface Options extends Bounds {
  readonly time: number | string;
}

/** For how long an instance is kept, in milliseconds, and how many at most. @throws ScrError SCR_ZOMBIE_TIME */
function rulesOf({ time, most, mostPerAddress }: Options): Bounds & { readonly keepFor: number } {
  const seconds = inSeconds(time);
  if (seconds === undefined || seconds > LONGEST) throw new ScrError(errors.SCR_ZOMBIE_TIME, `time ${time}`);
  return { keepFor: seconds * 1000, most, mostPerAddress };
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
        description: 'how many are kept at a time; past that, the one of least worth is gone',
      },
      mostPerAddress: {
        type: 'integer',
        minimum: 0,
        default: 10_000,
        description: 'how many of one address; past that, the one of least worth among them is gone',
      },
      state: {
        type: 'string',
        description:
          'a directory for what lets sessions go on after a restart of the controller; by default what systemd names in `STATE_DIRECTORY`, or none; empty for none',
      },
    },
  },
  setup(controller, options) {
    let rules = rulesOf(options);
    const kept = new Kept(controller.limits);
    let full = false;

    /** Tells it once, until there is room again. */
    const noteWhetherFull = (): void => {
      const { most } = rules;
      const isFull = kept.size > most;
      const text = `${most} zombies: for each one more, one of least worth is gone`;
      if (isFull && !full) controller.log.warn({ event: 'zombie.full', most }, text);
      full = isFull;
    };

    /** Strangers who come and go would fill the memory. @returns whether it is kept */
    const makeRoomFor = (instance: InstanceView): boolean => {
      for (;;) {
        const evicted = kept.evict(instance, rules);
        if (evicted === undefined || evicted === instance) return evicted === undefined;
        const { code, cause: reason } = errors.SCR_ZOMBIE_EVICTED;
        evicted.expire({ code, reason });
      }
    };

    controller.hooks.disconnect.tap((instance) => {
      const { keepFor } = rules;
      if (keepFor === 0) return undefined;
      kept.add(instance);
      noteWhetherFull();
      return makeRoomFor(instance) ? { keepFor } : undefined;
    });
    controller.hooks.attach.tap((instance) => void kept.delete(instance));
    controller.hooks.expire.tap((instance) => void kept.delete(instance));
    controller.observe('gone', ({ channel }) => kept.left(channel.instance));
    controller.hooks.reload.tap((fresh) => {
      rules = rulesOf(fresh);
      if (fresh.state === options.state) return;
      controller.log.warn({ event: 'reload.partial', option: 'state' }, 'another state needs a restart');
    });
    const directory = options.state ?? systemdDirectory('STATE_DIRECTORY');
    if (directory !== '') keepSessions(controller, controller.resolvePath(directory), () => rules.keepFor);
  },
});
