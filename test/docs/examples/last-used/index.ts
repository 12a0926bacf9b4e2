import { type InstanceView, definePlugin } from '../../../../plugin-sdk/index.js';
import { lastUsed } from './service.js';

/** Notes when each instance was used last. */
export default definePlugin({
  name: 'last-used',
  schema: { type: 'object', additionalProperties: false },
  setup({ hooks, clock, provide }) {
    const times = new WeakMap<InstanceView, number>();
    hooks.data.tap((_bytes, { instance, direction }) => {
      if (direction === 'toInstance') times.set(instance, clock.now());
    });
    provide(lastUsed, (instance) => times.get(instance));
  },
});
