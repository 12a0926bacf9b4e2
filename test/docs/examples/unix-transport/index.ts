import { definePlugin, listenLocal } from '../../../../plugin-sdk/index.js';

/** Scampers that call home through a local socket: behind an ssh tunnel, say. */
export default definePlugin({
  name: 'unix-transport',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: { path: { type: 'string', minLength: 1, description: 'where to listen' } },
  },
  setup(controller, options) {
    let count = 0;
    controller.hooks.start.tap(() =>
      listenLocal(controller, {
        path: controller.resolvePath(options.path),
        onConnection: (stream) => controller.announce({ stream, peer: { kind: 'label', label: `local.${++count}` } }),
      }),
    );
  },
});
