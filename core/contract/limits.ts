/** Bounds on memory and patience. What happens at each: docs/limits.md, whose table `npm run docs` makes from the tags. */
export interface Limits {
  /**
   * Bytes that may wait for one local client whose instance has others.
   * @answer its instance is not read until it is taken
   * @told `client.slow` (debug)
   */
  readonly clientBuffer: number;
  /**
   * Bytes that may wait for all local clients together.
   * @answer the user for whom most waits loses a client
   * @told `client.dropped`, [SCR_BACKLOG_CROWD](errors.md#scr_backlog_crowd)
   */
  readonly backlogs: number;
  /**
   * Seconds that a client which holds up its instance has to take what waits.
   * @answer the client is disconnected
   * @told `client.dropped`, [SCR_CLIENT_STALLED](errors.md#scr_client_stalled)
   */
  readonly clientStall: number;
  /**
   * Seconds for which the clients of one user may hold up an instance that has others; they come back within a minute.
   * @answer the client that holds it up is disconnected
   * @told `client.dropped`, [SCR_CLIENT_TOO_SLOW](errors.md#scr_client_too_slow)
   */
  readonly sharedStall: number;
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
  clientBuffer: 4_194_304,
  backlogs: 134_217_728,
  clientStall: 15,
  sharedStall: 2,
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
    backlogs: atLeast(1_048_576, defaultLimits.backlogs, 'bytes that wait for all clients'),
    clientStall: atLeast(1, defaultLimits.clientStall, 'seconds a client may hold up its instance'),
    sharedStall: atLeast(0, defaultLimits.sharedStall, 'seconds of a minute that users may hold up others'),
    instanceBuffer: atLeast(65_536, defaultLimits.instanceBuffer, 'bytes that wait for one instance, or zombie'),
    channels: atLeast(1, defaultLimits.channels, 'clients of one instance at a time'),
    handshakes: atLeast(1, defaultLimits.handshakes, 'connections that are not attached yet'),
  },
} as const;
