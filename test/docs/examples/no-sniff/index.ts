import { definePlugin, filterCommands } from '../../../../plugin-sdk/index.js';

/** Refuses the command `sniff`, and logs every other one that scamper took. */
export default definePlugin({
  name: 'no-sniff',
  schema: { type: 'object', additionalProperties: false },
  setup(controller) {
    filterCommands(controller, {
      command: ({ verb }) => (verb === 'sniff' ? { refuse: 'sniff is not allowed here' } : undefined),
      answered: ({ instance, line }, { type }) => {
        if (type === 'ok') controller.log.info({ event: 'command', instance: instance.name, line }, line);
      },
    });
  },
});
