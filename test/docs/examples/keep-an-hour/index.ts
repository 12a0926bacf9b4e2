import { definePlugin } from '../../../../plugin-sdk/index.js';

/** Keeps the state of every instance that was disconnected for an hour. */
export default definePlugin({
  name: 'keep-an-hour',
  schema: { type: 'object', additionalProperties: false },
  setup({ hooks }) {
    hooks.disconnect.tap(() => ({ keepFor: 3_600_000 }));
  },
});
