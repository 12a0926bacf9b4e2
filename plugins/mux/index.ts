import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import {
  type ClientOrigin,
  type PluginController,
  type Release,
  ScrError,
  definePlugin,
  listenLocal,
  metadata,
  sharingOf,
  tlsServerOptions,
} from '../../plugin-sdk/index.js';
import { Clients } from './clients.js';
import { Directory } from './directory.js';
import { errors } from './errors.js';
import { Network } from './network.js';

/** One socket for all instances, as libscamperctrl and scamper's tools use it. */
export default definePlugin({
  name: 'mux',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      path: { type: 'string', minLength: 1, description: 'the unix socket' },
      listen: {
        type: ['string', 'integer'],
        minimum: 0,
        maximum: 65_535,
        description: '`port`, `ip:port` or `[ip6]:port` for clients from the network; a port alone is on loopback',
      },
      tls: {
        type: 'object',
        additionalProperties: false,
        required: ['cert', 'key'],
        properties: tlsServerOptions,
        description: 'TLS for `listen`: options as those of the plugin `tls`',
      },
      insecure: {
        type: 'boolean',
        default: false,
        description: 'allows `listen` without `tls` on an address that is not loopback',
      },
      helloTime: {
        type: 'integer',
        minimum: 1,
        maximum: 86_400,
        default: 60,
        description: 'seconds that a client from the network has for its first frame',
      },
      clients: { type: 'integer', minimum: 1, maximum: 65_536, default: 1_024, description: 'clients at a time' },
      channels: {
        type: 'integer',
        minimum: 1,
        maximum: 1_048_576,
        default: 65_536,
        description: 'channels that a client may have at a time',
      },
    },
  },
  setup(controller, options) {
    const { hooks, log } = controller;
    const { path, listen, tls, insecure, clients: most, channels, helloTime } = options;
    if (path === undefined && listen === undefined) throw new ScrError(errors.SCR_MUX_NOWHERE);
    const directory = new Directory();
    const clients = new Clients(controller, directory, { clients: most, channels, helloTime });
    const admit = (isRemote: boolean) => (stream: Duplex, origin: ClientOrigin) =>
      clients.admit(stream, origin, isRemote);
    const network = listen === undefined ? undefined : new Network(controller, { listen, tls, insecure }, admit(true));

    controller.observe('changed', (change) => directory.changed(change));
    controller.watch(metadata, () => directory.describe(controller.use(metadata)));
    hooks.start.tap(() => {
      directory.describe(controller.use(metadata));
      return clients.begin();
    });
    hooks.start.tap({ timeLimit: 600_000 }, () => network?.start());
    const socket = path === undefined ? undefined : controller.resolvePath(path);
    let release: Release = () => undefined;
    const makeSocket = async (at: string): Promise<void> => {
      release = await listenLocal(controller, { path: at, onConnection: admit(false) });
    };
    hooks.start.tap(async () => {
      if (socket === undefined) return undefined;
      await makeSocket(socket);
      controller.tell('socket', [{ path: socket }]);
      await tellOfSharing(controller, socket);
      log.info({ event: 'mux.listening', path: socket }, `the mux is ${socket}`);
      return () => release();
    });
    hooks.reload.tap(async (fresh) => {
      if (socket !== undefined && !existsSync(socket)) {
        await release();
        await makeSocket(socket);
        log.warn({ event: 'mux.restored', path: socket }, 'was gone: made anew');
      }
      const staysSecure = (fresh.tls === undefined) === (tls === undefined);
      if (fresh.tls !== undefined && staysSecure) await network?.reload(fresh.tls);
      if (!staysSecure) tellPartial('tls');
      for (const option of ['path', 'listen', 'insecure', 'clients', 'channels', 'helloTime'] as const) {
        if (fresh[option] !== options[option]) tellPartial(option);
      }
    });

    function tellPartial(option: string): void {
      log.warn({ event: 'reload.partial', option }, `another ${option} needs a restart`);
    }
  },
});

/** While the controller does not run, whoever may write to the directory can put a socket of their own in this one's place. */
async function tellOfSharing({ log }: Pick<PluginController, 'log'>, path: string): Promise<void> {
  const sharing = await sharingOf(await stat(dirname(path)));
  if (sharing === undefined) return;
  const message = `${dirname(path)}: ${sharing}, and could have programs take another socket for the mux`;
  log.warn({ event: 'mux.shared', path, sharing }, `${message}: give it a directory that only this user may write to`);
}
