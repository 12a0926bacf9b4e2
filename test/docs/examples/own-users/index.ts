import { definePlugin, filterCommands } from '../../../../plugin-sdk/index.js';

/** Lets only some local users send commands. */
export default definePlugin({
  name: 'own-users',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['uids'],
    properties: { uids: { type: 'array', items: { type: 'integer', minimum: 0 }, description: 'who may' } },
  },
  setup(controller, { uids }) {
    filterCommands(controller, {
      command: ({ origin }) => {
        const uid = origin.credentials?.uid;
        return uid !== undefined && uids.includes(uid) ? undefined : { refuse: 'you may not use this VP' };
      },
    });
  },
});
