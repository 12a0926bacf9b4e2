/** Bounds on memory and patience. What happens at each: docs/limits.md, whose table `npm run docs` makes from the tags. */
export interface Limits {
  /**
   * Bytes that may wait for one local client.
   * @answer its instance is not read until it is taken
   * @told `client.slow` (debug)
   */
  readonly clientBuffer: number;
  /**
   * Seconds that a client which holds up its instance has to take what waits.
   * @answer the client is disconnected
   * @told `client.dropped`, [SCR_CLIENT_STALLED](errors.md#scr_client_stalled)
   */
  readonly clientStall: number;
  /**
   * Bytes that may wait for one instance, connected or zombie.
   * @answer its clients are not read until half of it is taken
   * @told `clients.held` (debug)
   */
  readonly instanceBuffer: number;
  /**
   * Clients that one instance may have at a time.
   * @answer one more is refused
   * @told `client.refused`, [SCR_CLIENT_CROWD](errors.md#scr_client_crowd)
   */
  readonly channels: number;
  /**
   * Connections that may wait at a time until they are attached.
   * @answer one more is closed at once
   * @told `connection.refused`, [SCR_HELLO_CROWD](errors.md#scr_hello_crowd)
   */
  readonly handshakes: number;
}

export const defaultLimits: Limits = {
  clientBuffer: 262_144,
  clientStall: 15,
  instanceBuffer: 1_048_576,
  channels: 1_024,
  handshakes: 4_096,
};

function atLeast(minimum: number, value: number, description: string) {
  return { type: 'integer', minimum, maximum: 2_147_483_647, default: value, description } as const;
}

/** JSON Schema of the `limits` key of a configuration. */
export const limitsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    clientBuffer: atLeast(4096, defaultLimits.clientBuffer, 'bytes that wait for one client'),
    clientStall: atLeast(1, defaultLimits.clientStall, 'seconds a client may hold up its instance'),
    instanceBuffer: atLeast(65_536, defaultLimits.instanceBuffer, 'bytes that wait for one instance, or zombie'),
    channels: atLeast(1, defaultLimits.channels, 'clients of one instance at a time'),
    handshakes: atLeast(1, defaultLimits.handshakes, 'connections that are not attached yet'),
  },
} as const;
