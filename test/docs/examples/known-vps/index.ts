import { definePlugin } from '../../../../plugin-sdk/index.js';

/** Lets in only the scampers whose monitor name is on a list. */
export default definePlugin({
  name: 'known-vps',
  version: '1.0.0',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['names'],
    properties: {
      names: { type: 'array', items: { type: 'string', minLength: 1 }, description: 'monitor names that may attach' },
    },
  },
  setup(controller, options) {
    let names = new Set(options.names);
    controller.hooks.authenticate.tap(({ monitorName }) => {
      if (monitorName !== undefined && names.has(monitorName)) return undefined;
      return { deny: `${monitorName ?? 'a scamper without monitor name'} is not on the list` };
    });
    controller.hooks.reload.tap((fresh) => {
      names = new Set(fresh.names);
    });
  },
});
