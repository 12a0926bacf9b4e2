import { auditTrail, definePlugin } from '../../../../plugin-sdk/index.js';

/** Notes in the audit trail, where there is one, what each instance was used for in all. */
export default definePlugin({
  name: 'noted',
  schema: { type: 'object', additionalProperties: false },
  setup(controller) {
    controller.hooks.expire.tap((instance) => {
      const { bytesToInstance: octets } = instance.figures();
      controller.use(auditTrail)?.record('noted.octets', { instance: instance.name, octets });
    });
  },
});
