import { ScrError, auditTrail, definePlugin, filterCommands } from '../../plugin-sdk/index.js';
import { Clients } from './clients.js';
import type { Where } from './destination.js';
import { errors } from './errors.js';
import {
  type Fields,
  attachmentEvent,
  connectionFields,
  endingFields,
  instanceFields,
  nameFields,
  refusedFields,
} from './fields.js';
import { rotationIn } from './rotation.js';
import { Who } from './who.js';
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
        description: 'where the lines go, mode 0600; without it: standard output. Its folder must exist',
      },
      size: {
        type: 'string',
        pattern: '^[1-9][0-9]*[bkmg]$',
        description:
          'a new file is begun past this size: `500k`, `100m`, `1g`. This and the next two need the package `pino-roll`',
      },
      every: { enum: ['daily', 'hourly'], description: 'a new file is begun as often' },
      keep: { type: 'integer', minimum: 1, description: 'files that are kept, the present one included' },
    },
  },
  setup(controller, options) {
    const { hooks, clock, log } = controller;
    const writer = new Writer(clock, log);
    const who = new Who();
    const record = (event: string, fields?: Fields): void => writer.record(event, fields);

    function whereIn({ file, ...rest }: typeof options): Where {
      const rotation = rotationIn(rest);
      if (file === undefined && rotation !== undefined) throw new ScrError(errors.SCR_AUDIT_ROTATION);
      return { file: file === undefined ? undefined : controller.resolvePath(file), rotation };
    }

    whereIn(options); // mistakes show before anything is opened
    controller.provide(auditTrail, { record });
    hooks.start.tap(async () => {
      await writer.moveTo(whereIn(options));
      record('audit.started', { pid: process.pid });
      return async () => {
        record('audit.stopped');
        await writer.close();
      };
    });
    hooks.reload.tap(async (fresh) => {
      await writer.moveTo(whereIn(fresh));
      who.names.forget();
      record('audit.reloaded');
    });
    hooks.accept.tap((connection) => record('connection.opened', connectionFields(connection)));
    hooks.attach.tap((instance, how) => record(attachmentEvent(how), instanceFields(instance)));
    hooks.disconnect.tap((instance, loss) => record('instance.disconnected', endingFields(instance, loss)));
    hooks.expire.tap((instance, end) => record('instance.gone', endingFields(instance, end)));
    hooks.open.tap(({ origin }) => void who.fields(origin)); // names are looked up before the first line about them
    controller.observe('refused', (refused) => record('connection.refused', refusedFields(refused)));
    controller.observe('clientRefused', ({ instance, origin, plugin, code, reason }) =>
      record('client.refused', { ...nameFields(instance), ...who.fields(origin), by: plugin, code, reason }),
    );
    filterCommands(controller, new Clients(clock, who, record));
  },
});
