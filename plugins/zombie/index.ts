import { ScrError, defineErrors, definePlugin } from '../../plugin-sdk/index.js';

const errors = defineErrors({
  SCR_ZOMBIE_TIME: ['this is longer than an instance may be kept', 'give at most 3h, 180m or 10800 seconds'],
});

const LONGEST = 10_800;
const SECONDS = { '': 1, s: 1, m: 60, h: 3600 } as const;

/** Seconds from `900`, `'900'`, `'90s'`, `'15m'` or `'3h'`. @throws ScrError SCR_ZOMBIE_TIME */
function inSeconds(time: number | string): number {
  const [, count = '', unit = ''] = /^(\d+)([smh]?)$/.exec(String(time)) ?? [];
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  if (seconds > LONGEST) throw new ScrError(errors.SCR_ZOMBIE_TIME, `time ${time}`);
  return seconds;
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
        description: "how long: seconds, or '90s', '15m', '3h'; 0 keeps nothing; at most 3 hours",
      },
    },
  },
  setup(controller, options) {
    let keepFor = inSeconds(options.time) * 1000;
    controller.hooks.disconnect.tap(() => ({ keepFor }));
    controller.hooks.reload.tap((fresh) => {
      keepFor = inSeconds(fresh.time) * 1000;
    });
  },
});
