import { definePlugin } from '../../../../plugin-sdk/index.js';
import { lastUsed } from '../last-used/service.js';

/** Says every minute which instances nobody has used in the last hour. */
export default definePlugin({
  name: 'quiet',
  schema: { type: 'object', additionalProperties: false },
  setup({ hooks, clock, log, instances, use }) {
    hooks.start.tap(() => {
      const when = use(lastUsed);
      if (when === undefined) throw new Error('load the plugin last-used, too');
      const timer = clock.every(60_000, () => {
        const since = clock.now() - 3_600_000;
        const quiet = instances().filter((instance) => (when(instance) ?? -Infinity) <= since);
        log.info({ event: 'quiet', instances: quiet.map(({ name }) => name) }, `${quiet.length} are quiet`);
      });
      return () => timer.cancel();
    });
  },
});
