import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import {
  type Endpoint,
  type PluginController,
  ScrError,
  definePlugin,
  endpointsOf,
  ipPeer,
  listenOn,
} from '../../plugin-sdk/index.js';

/** How many ports are tried with port 0 until one is free for both families. */
const ATTEMPTS = 10;

/** The system's code of a failure to listen. */
function codeOf(failure: unknown): string | undefined {
  // Stryker disable next-line OptionalChaining: each failure to listen has a cause
  return failure instanceof ScrError ? (failure.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
}

/** Whether the machine has no IPv6 at all; then the second socket is left out. */
function lacksFamily(failure: unknown): boolean {
  const code = codeOf(failure);
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
}

function announce(controller: PluginController, stream: Socket): void {
  const { remoteAddress, remotePort } = stream;
  // Stryker disable next-line LogicalOperator,ConditionalExpression: the two go at once
  if (remoteAddress === undefined || remotePort === undefined)
    stream.destroy(); // gone again already
  else controller.announce({ stream, peer: ipPeer(remoteAddress, remotePort) });
}

function boundTo(server: Server): AddressInfo {
  return server.address() as AddressInfo;
}

async function open(controller: PluginController, endpoint: Endpoint, servers: Server[]): Promise<number> {
  const server = createServer({ noDelay: true }, (stream) => announce(controller, stream));
  await listenOn(server, endpoint);
  servers.push(server);
  server.on('error', (cause) => controller.log.warn({ event: 'tcp.error', cause: cause.message }, 'accept failed'));
  return boundTo(server).port;
}

async function openAll(controller: PluginController, endpoints: readonly Endpoint[], servers: Server[]): Promise<void> {
  let port: number | undefined;
  for (const endpoint of endpoints) {
    try {
      // Port 0: the second family takes the port that the first was given.
      port = await open(controller, { ...endpoint, port: port ?? endpoint.port }, servers);
    } catch (failure) {
      if (port === undefined || !lacksFamily(failure)) throw failure;
      controller.log.warn({ event: 'tcp.no-ipv6' }, 'this machine has no IPv6: listening with IPv4 only');
    }
  }
}

/** Opens all or nothing. With port 0 a port that only one family could have is given back for another. */
async function start(controller: PluginController, endpoints: readonly Endpoint[], servers: Server[]): Promise<void> {
  // Stryker disable next-line MethodExpression: all have the same port
  const anyPort = endpoints.every(({ port }) => port === 0);
  for (let attempt = 1; ; attempt++) {
    try {
      await openAll(controller, endpoints, servers);
      break;
    } catch (failure) {
      closeAll(servers);
      if (!anyPort || codeOf(failure) !== 'EADDRINUSE' || attempt === ATTEMPTS) throw failure;
    }
  }
  if (controller.signal.aborted) closeAll(servers); // stopped meanwhile
  const bound = servers.map(boundTo);
  controller.tell(
    'listening',
    bound.map(({ address, port }) => ({ address, port })),
  );
  for (const { address, port } of bound) {
    controller.log.info({ event: 'tcp.listening', address, port }, `listening on ${address} port ${port}`);
  }
}

function closeAll(servers: Server[]): void {
  for (const server of servers.splice(0)) server.close();
}

/** The listener for scampers that call home over TCP. */
export default definePlugin({
  name: 'tcp',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      listen: {
        type: ['string', 'integer'],
        minimum: 0,
        maximum: 65_535,
        default: 31_337,
        description: '`port`, `ip:port` or `[ip6]:port`; port 0 takes a free one',
      },
      family: {
        enum: ['any', 'ipv4', 'ipv6'],
        default: 'any',
        description: 'which addresses to listen on where `listen` names none',
      },
    },
  },
  setup(controller, options) {
    const endpoints = endpointsOf(String(options.listen), options.family);
    const servers: Server[] = [];
    controller.hooks.start.tap(() => start(controller, endpoints, servers));
    controller.hooks.stop.tap(() => {
      closeAll(servers);
      controller.tell('listening', []);
    });
    controller.hooks.reload.tap((fresh) => {
      if (fresh.listen === options.listen && fresh.family === options.family) return;
      endpointsOf(String(fresh.listen), fresh.family); // a mistake is told now, not at the restart
      controller.log.warn({ event: 'reload.partial', option: 'listen' }, 'another address needs a restart');
    });
  },
});
