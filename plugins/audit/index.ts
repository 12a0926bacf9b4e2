import { auditTrail, definePlugin, filterCommands } from '../../plugin-sdk/index.js';
import { Clients } from './clients.js';
import type { Where } from './destination.js';
import { type Fields, attachmentEvent, connectionFields, endingFields, instanceFields } from './instances.js';
import { Writer } from './writer.js';

/** Writes down who connected, attached, and ran which command on which instance, when, with what result size. */
export default definePlugin({
  name: 'audit',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      file: {
        type: 'string',
        minLength: 1,
        description: '`audit.log` stands for `audit.1.log` and so on; without it: standard output',
      },
      size: {
        type: 'string',
        pattern: '^[1-9][0-9]*[bkmg]$',
        default: '100m',
        description: 'a new file is begun past this size',
      },
      every: { enum: ['daily', 'hourly'], description: 'a new file is begun as often, too' },
      keep: { type: 'integer', minimum: 1, default: 20, description: 'files that are kept, the present one included' },
    },
  },
  setup(controller, options) {
    const { hooks, clock, log } = controller;
    const writer = new Writer(clock, log);
    const where = ({ file, ...rest }: typeof options): Where => ({
      ...rest,
      file: file === undefined ? undefined : controller.resolvePath(file),
    });
    const record = (event: string, fields?: Fields): void => writer.record(event, fields);

    controller.provide(auditTrail, { record });
    hooks.start.tap(async () => {
      await writer.moveTo(where(options));
      record('audit.started', { pid: process.pid });
      return async () => {
        record('audit.stopped');
        await writer.close();
      };
    });
    hooks.reload.tap(async (fresh) => {
      await writer.moveTo(where(fresh));
      record('audit.reloaded');
    });
    hooks.accept.tap((connection) => record('connection.opened', connectionFields(connection)));
    hooks.attach.tap((instance, how) => record(attachmentEvent(how), instanceFields(instance)));
    hooks.disconnect.tap((instance, loss) => record('instance.disconnected', endingFields(instance, loss)));
    hooks.expire.tap((instance, end) => record('instance.gone', endingFields(instance, end)));
    filterCommands(controller, new Clients(clock, record));
  },
});
