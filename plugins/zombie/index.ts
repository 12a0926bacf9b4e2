import { ScrError, defineErrors, definePlugin, inSeconds } from '../../plugin-sdk/index.js';

const errors = defineErrors({
  // ## The start
  SCR_ZOMBIE_TIME: ['this is longer than an instance may be kept', 'give at most 3h, 180m or 10800 seconds'],
});

const LONGEST = 10_800;

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
    });
  },
});
