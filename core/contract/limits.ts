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
   * @answer an old one makes place ([which](#who-makes-place)), or the newcomer is closed at once
   * @told `connection.refused`, [SCR_HELLO_EVICTED](errors.md#scr_hello_evicted), [SCR_HELLO_CROWD](errors.md#scr_hello_crowd)
   */
  readonly handshakes: number;
  /**
   * Those of one address.
   * @answer an old one of the same address makes place, or the newcomer is closed at once
   * @told the same
   */
  readonly addressHandshakes: number;
  /**
   * New connections of one address in a second; a hundred seconds' worth may come at once. 0 is without bound.
   * @answer one more is closed at once
   * @told `connection.refused`, [SCR_HELLO_RATE](errors.md#scr_hello_rate)
   */
  readonly addressRate: number;
  /**
   * Instances, zombies included.
   * @answer a zombie that nobody needs makes place, or one more new instance is refused; resumes are not
   * @told `instance.gone`, [SCR_INSTANCE_EVICTED](errors.md#scr_instance_evicted); `connection.refused`, [SCR_INSTANCE_CROWD](errors.md#scr_instance_crowd)
   */
  readonly instances: number;
  /**
   * Those of one address.
   * @answer the same, among those of the address
   * @told the same
   */
  readonly addressInstances: number;
  /**
   * How many leading bits of an IPv4 address count as one address.
   * @answer not a bound
   * @told nothing
   */
  readonly ipv4Prefix: number;
  /**
   * How many leading bits of an IPv6 address count as one address.
   * @answer not a bound
   * @told nothing
   */
  readonly ipv6Prefix: number;
}

export const defaultLimits: Limits = {
  clientBuffer: 4_194_304,
  backlogs: 134_217_728,
  clientStall: 15,
  sharedStall: 2,
  instanceBuffer: 1_048_576,
  channels: 1_024,
  handshakes: 4_096,
  addressHandshakes: 1_024,
  addressRate: 200,
  instances: 100_000,
  addressInstances: 10_000,
  ipv4Prefix: 32,
  ipv6Prefix: 64,
};

function atLeast(minimum: number, value: number, description: string, maximum = 2_147_483_647) {
  return { type: 'integer', minimum, maximum, default: value, description } as const;
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
    addressHandshakes: atLeast(1, defaultLimits.addressHandshakes, 'those of one address'),
    addressRate: atLeast(0, defaultLimits.addressRate, 'new connections a second of one address; 0: any number'),
    instances: atLeast(1, defaultLimits.instances, 'instances, zombies included'),
    addressInstances: atLeast(1, defaultLimits.addressInstances, 'those of one address'),
    ipv4Prefix: atLeast(1, defaultLimits.ipv4Prefix, 'leading bits that make one IPv4 address', 32),
    ipv6Prefix: atLeast(1, defaultLimits.ipv6Prefix, 'leading bits that make one IPv6 address', 128),
  },
} as const;
