import { type InstanceView, definePlugin } from '../../../../plugin-sdk/index.js';

/** Says how many bytes passed each way, when an instance is gone. */
export default definePlugin({
  name: 'traffic',
  schema: { type: 'object', additionalProperties: false },
  setup({ hooks, log }) {
    const counts = new Map<InstanceView, { toInstance: number; toClient: number }>();
    hooks.attach.tap((instance, { resumed }) => {
      if (!resumed) counts.set(instance, { toInstance: 0, toClient: 0 });
    });
    hooks.data.tap((bytes, { instance, direction }) => {
      const count = counts.get(instance);
      if (count !== undefined) count[direction] += bytes.length;
    });
    hooks.expire.tap((instance) => {
      log.info({ event: 'traffic', instance: instance.name, ...counts.get(instance) }, `${instance.name} is gone`);
      counts.delete(instance);
    });
  },
});
