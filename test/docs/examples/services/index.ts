import { definePlugin } from '../../../../plugin-sdk/index.js';
import { clientCounts } from './clients.js';

const schema = { type: 'object', additionalProperties: false } as const;

/** Counts the clients of each instance, by what passes on their channels. */
export const clientCount = definePlugin({
  name: 'client-count',
  schema,
  setup(controller) {
    const counts = new Map<string, number>();
    const known = new WeakSet();
    controller.hooks.data.tap((_bytes, { instance, channel }) => {
      if (known.has(channel)) return;
      known.add(channel);
      counts.set(instance.name, (counts.get(instance.name) ?? 0) + 1);
    });
    controller.hooks.expire.tap((instance) => void counts.delete(instance.name));
    controller.provide(clientCounts, (instance) => counts.get(instance) ?? 0);
  },
});

/** Says at the end of each instance how many there were. */
export const farewell = definePlugin({
  name: 'farewell',
  schema,
  setup(controller) {
    controller.hooks.expire.tap({ before: 'client-count' }, ({ name }) => {
      const count = controller.use(clientCounts)?.(name);
      controller.log.info({ event: 'farewell', instance: name, count }, `${name} had ${count ?? 'unknown'} clients`);
    });
  },
});
