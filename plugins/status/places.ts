import type { AddressInfo } from 'node:net';
import {
  type Endpoint,
  type PluginController,
  type Release,
  ScrError,
  isLoopback,
  listenLocal,
  listenOn,
  localEndpointsOf,
} from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { hostsKnown } from './http/hosts.js';
import type { Faces } from './http/routes.js';
import { serverFor } from './http/server.js';

/** Whoever may use it may change things. */
const OWNER_ONLY = { mode: 0o600, gid: undefined };

/** Listens on the control socket. @returns what ends it */
export async function openControl(controller: PluginController<never>, faces: Faces, path: string): Promise<Release> {
  const server = serverFor(controller, faces, { mayChange: true, hosts: undefined });
  const release = await listenLocal(controller, { path, server, access: OWNER_ONLY });
  controller.tell('control', [{ path }]);
  controller.log.info({ event: 'status.listening', path }, `the control socket is ${path}`);
  return async () => {
    await release();
    server.closeAllConnections();
  };
}

/** Where browsers and Prometheus come. */
export interface Page {
  readonly listen: string | number;
  readonly hosts: readonly string[];
  readonly insecure: boolean;
}

/** Where a page is: the first of both families where none is named. @throws ScrError SCR_LISTEN_INVALID, SCR_STATUS_EXPOSED */
export function endpointFor({ listen, insecure }: Page): Endpoint | undefined {
  const [endpoint] = localEndpointsOf(String(listen));
  if (endpoint !== undefined && !insecure && !isLoopback(endpoint)) {
    throw new ScrError(errors.SCR_STATUS_EXPOSED, `listen ${listen}`);
  }
  return endpoint;
}

/** Listens for who looks only. @returns what ends it */
export async function openPage(
  controller: PluginController<never>,
  faces: Faces,
  { hosts }: Page,
  endpoint: Endpoint,
): Promise<Release> {
  const server = serverFor(controller, faces, { mayChange: false, hosts: hostsKnown(hosts, inUrl(endpoint.host)) });
  await listenOn(server, endpoint);
  const { address, port } = server.address() as AddressInfo;
  const url = `http://${inUrl(address)}:${port}/`;
  controller.tell('page', [{ url }]);
  controller.log.info({ event: 'status.listening', url }, `the status is at ${url}`);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
