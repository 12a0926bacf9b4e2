import { definePlugin } from '../../../../plugin-sdk/index.js';

/** Says every minute how the fleet is. */
export default definePlugin({
  name: 'tally',
  schema: { type: 'object', additionalProperties: false },
  setup({ hooks, clock, log, instances, figures, observe }) {
    let lost = 0;
    observe('changed', ({ from, to }) => {
      if (from === 'connected' && to === 'zombie') lost++;
    });
    hooks.start.tap(() => {
      const timer = clock.every(60_000, () => {
        const all = instances();
        const refused = figures().refusals.reduce((sum, { count }) => sum + count, 0);
        const bytes = all.reduce((sum, each) => sum + each.figures().bytesFromInstance, 0);
        const clients = all.reduce((sum, each) => sum + each.channels().length, 0);
        log.info({ event: 'tally', instances: all.length, clients, bytes, lost, refused }, 'the fleet');
      });
      return () => timer.cancel();
    });
  },
});
