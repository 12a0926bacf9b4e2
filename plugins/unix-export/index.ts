import { existsSync } from 'node:fs';
import { type Socket, isIP } from 'node:net';
import { join } from 'node:path';
import {
  type ClientOrigin,
  type InstanceView,
  type PluginController,
  type Release,
  ScrError,
  definePlugin,
  listenLocal,
  localPathLimit,
  reasonOf,
  removeStaleSockets,
} from '../../plugin-sdk/index.js';
import { errors, makeDirectory, prepareDirectory, using } from './directory.js';
import { InstanceSocket } from './instance-socket.js';
import { Names } from './names.js';

/** The longest name an instance without monitor name can have: an IPv6 address, a dot and a port. */
const LONGEST_NAME = '/2001:db8:ffff:ffff:ffff:ffff:ffff:ffff.65535'.length;

/** Whether a file name is one that an instance's socket has: it ends with an address and a port. */
function isInstanceName(name: string): boolean {
  // Stryker disable next-line StringLiteral,ArrayDeclaration: neither is an address
  const [, address = ''] = /(?:^|-)([0-9a-f.:]+)[:.]\d{1,5}$/.exec(name) ?? [];
  return isIP(address) !== 0;
}

async function start(controller: PluginController, directory: string, mayBeShared: boolean): Promise<void> {
  const removed = await using(directory, async () => {
    await prepareDirectory(directory, mayBeShared);
    return removeStaleSockets(directory, isInstanceName);
  });
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
async function remakeIfGone(controller: PluginController, directory: string): Promise<void> {
  if (existsSync(directory)) return;
  await using(directory, () => makeDirectory(directory));
  controller.log.warn({ event: 'export.remade', directory }, 'the directory for the sockets was gone: made again');
}

/** Looks for the directory only when the socket cannot be made. */
async function open(controller: PluginController, directory: string, make: () => Promise<Release>): Promise<Release> {
  try {
    return await make();
  } catch {
    await remakeIfGone(controller, directory);
    return await make();
  }
}

/** Somebody may have removed sockets as well. One that cannot be made does not keep the others from it. */
async function restoreSockets(controller: PluginController, sockets: Iterable<InstanceSocket>): Promise<void> {
  for (const socket of sockets) {
    const { path } = socket;
    try {
      if (await socket.restore()) controller.log.warn({ event: 'export.restored', path }, 'was gone: made anew');
    } catch (failure) {
      // Stryker disable next-line StringLiteral: nothing else is known to be thrown
      const code = failure instanceof ScrError ? failure.code : 'SCR_INTERNAL';
      controller.log.warn({ event: 'export.lost', path, code }, `gone, and not made anew: ${reasonOf(failure)}`);
    }
  }
}

function connect(controller: PluginController, instance: InstanceView, client: Socket, origin: ClientOrigin): void {
  try {
    instance.connect(client, origin);
  } catch (failure) {
    client.destroy();
    // Stryker disable next-line StringLiteral: nothing else is known to be thrown
    const code = failure instanceof ScrError ? failure.code : 'SCR_INTERNAL';
    controller.log.warn({ event: 'client.refused', instance: instance.name, code }, String(failure));
  }
}

/** An instance is of use without its link. */
function linkName({ log }: PluginController, names: Names | undefined, monitorName: string, path: string): void {
  try {
    names?.add(monitorName, path);
  } catch (failure) {
    log.warn({ event: 'export.unnamed', monitorName, path }, `there is no link by its name: ${reasonOf(failure)}`);
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
      names: {
        type: 'string',
        minLength: 1,
        description: 'another folder, for a link by each monitor name: paths that stay the same over resumes',
      },
      allowSharedDirectory: {
        type: 'boolean',
        default: false,
        description: 'use the directory although others may write to it',
      },
    },
  },
  setup(controller, options) {
    const directory = controller.resolvePath(options.directory);
    const sockets = new Set<InstanceSocket>();
    const folder = options.names === undefined ? undefined : controller.resolvePath(options.names);
    if (folder === directory) throw new ScrError(errors.SCR_EXPORT_NAMES, folder);
    const names = folder === undefined ? undefined : new Names(folder);
    const socketOf = async (instance: InstanceView): Promise<InstanceSocket> => {
      const path = join(directory, instance.name);
      const onConnection = (client: Socket, origin: ClientOrigin): void =>
        connect(controller, instance, client, origin);
      const make = (): Promise<Release> => listenLocal(controller, { path, instance, onConnection });
      return new InstanceSocket(path, make, await open(controller, directory, make));
    };
    controller.tell('directory', [{ path: directory }]);
    controller.hooks.start.tap(() => start(controller, directory, options.allowSharedDirectory));
    if (folder !== undefined) {
      controller.hooks.start.tap(() =>
        using(folder, async () => {
          await prepareDirectory(folder, options.allowSharedDirectory);
          names?.clear(directory);
        }),
      );
    }
    controller.hooks.attach.tap(async (instance) => {
      const socket = await socketOf(instance);
      sockets.add(socket);
      const { monitorName } = instance;
      if (monitorName !== undefined) linkName(controller, names, monitorName, socket.path);
      return () => {
        sockets.delete(socket);
        if (monitorName !== undefined) names?.delete(monitorName, socket.path);
        return socket.close();
      };
    });
    controller.hooks.reload.tap(async (fresh) => {
      await remakeIfGone(controller, directory);
      await restoreSockets(controller, sockets);
      const isElsewhere = controller.resolvePath(fresh.directory) !== directory;
      const changed = [...(isElsewhere ? ['directory'] : []), ...(fresh.names === options.names ? [] : ['names'])];
      for (const option of changed) {
        controller.log.warn({ event: 'reload.partial', option }, `another ${option} needs a restart`);
      }
    });
  },
});
