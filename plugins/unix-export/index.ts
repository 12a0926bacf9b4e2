import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { type Socket, isIP } from 'node:net';
import { dirname, join } from 'node:path';
import {
  type ClientOrigin,
  type InstanceView,
  type PluginController,
  ScrError,
  defineErrors,
  definePlugin,
  listenLocal,
  localPathLimit,
  removeStaleSockets,
} from '../../plugin-sdk/index.js';

const errors = defineErrors({
  // ## The start
  SCR_EXPORT_DIRECTORY: [
    'the directory for the sockets cannot be used',
    'name another with -U, or make it a directory that this user may write to',
  ],
});

/** The longest name an instance without monitor name can have: an IPv6 address, a dot and a port. */
const LONGEST_NAME = '/2001:db8:ffff:ffff:ffff:ffff:ffff:ffff.65535'.length;

/** Whether a file name is one that an instance's socket has: it ends with an address and a port. */
function isInstanceName(name: string): boolean {
  const [, address = ''] = /(?:^|-)([0-9a-f.:]+)[:.]\d{1,5}$/.exec(name) ?? [];
  return isIP(address) !== 0;
}

/** With those above it. Node's own recursive mkdir never ends where a file system says ENOENT to mkdir, as /proc does. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory);
}

/** Makes the directory fit for use. @returns the names of the stale sockets that were removed */
async function prepare(directory: string): Promise<string[]> {
  try {
    makeDirectory(directory);
    if (!statSync(directory).isDirectory()) throw new Error('it is not a directory');
    accessSync(directory, constants.W_OK | constants.X_OK);
    return await removeStaleSockets(directory, isInstanceName);
  } catch (cause) {
    throw new ScrError(errors.SCR_EXPORT_DIRECTORY, directory, { cause });
  }
}

async function start(controller: PluginController, directory: string): Promise<void> {
  const removed = await prepare(directory);
  if (removed.length > 0) {
    controller.log.info(
      { event: 'export.cleaned', directory, count: removed.length },
      'removed sockets of a dead controller',
    );
  }
  if (Buffer.byteLength(directory) + LONGEST_NAME > localPathLimit) {
    const fields = { event: 'export.long', directory, limit: localPathLimit };
    controller.log.warn(fields, 'the path of the directory is so long that some instances cannot have a socket in it');
  }
}

/** Somebody may have removed it since the start; nobody could reach any new instance then. */
function remakeIfGone(controller: PluginController, directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(directory);
  controller.log.warn({ event: 'export.remade', directory }, 'the directory for the sockets was gone: made again');
}

function connect(controller: PluginController, instance: InstanceView, client: Socket, origin: ClientOrigin): void {
  try {
    instance.connect(client, origin);
  } catch (failure) {
    client.destroy();
    const code = failure instanceof ScrError ? failure.code : 'SCR_INTERNAL';
    controller.log.warn({ event: 'client.refused', instance: instance.name, code }, String(failure));
  }
}

/** Gives local users a unix socket for each instance. */
export default definePlugin({
  name: 'unix-export',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      directory: {
        type: 'string',
        minLength: 1,
        default: 'scamper-remote-sockets',
        description: 'folder of the sockets; made when missing',
      },
    },
  },
  setup(controller, options) {
    const directory = controller.resolvePath(options.directory);
    controller.hooks.start.tap(() => start(controller, directory));
    controller.hooks.attach.tap((instance) => {
      remakeIfGone(controller, directory);
      return listenLocal(controller, {
        path: join(directory, instance.name),
        instance,
        onConnection: (client, origin) => connect(controller, instance, client, origin),
      });
    });
    controller.hooks.reload.tap((fresh) => {
      if (controller.resolvePath(fresh.directory) === directory) return;
      controller.log.warn({ event: 'reload.partial', option: 'directory' }, 'another directory needs a restart');
    });
  },
});
