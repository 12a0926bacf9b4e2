import type { Duplex } from 'node:stream';
import type { Peer } from '../core/protocol/names.js';
import type { Plugin, PluginController } from '../core/contract/plugin.js';
import type { TlsIdentity } from '../core/contract/views.js';
import { definePlugin } from '../plugin-sdk/index.js';
import { memoryPair } from './memory-pair.js';

/** A transport without sockets. */
export interface MemoryTransport {
  readonly plugin: Plugin<object>;
  /** A new connection. @returns the remote end of it */
  dial(from?: { peer?: Peer; tls?: TlsIdentity }): Duplex;
}

/** The peers of those who name none: one address, each with a port of its own. */
export function numberedPeers(): () => Peer {
  let port = 1024;
  return () => ({ kind: 'ip', address: '192.0.2.1', port: ++port });
}

/** Makes a transport whose connections are pairs of streams in memory. */
export function memoryTransport(name = 'memory'): MemoryTransport {
  let given: PluginController | undefined;
  const nextPeer = numberedPeers();
  return {
    plugin: definePlugin({
      name,
      schema: { type: 'object', additionalProperties: false },
      setup(controller) {
        given = controller;
        controller.tell('listening', [{ path: name }]);
      },
    }),
    dial(from = {}) {
      if (given === undefined) throw new Error('give the plugin of this transport to a controller first');
      const [ours, theirs] = memoryPair();
      theirs.on('error', () => undefined); // the test sees the end of the stream
      given.announce({ stream: ours, peer: from.peer ?? nextPeer(), ...(from.tls !== undefined && { tls: from.tls }) });
      return theirs;
    },
  };
}
