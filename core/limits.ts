/** Bounds on memory and patience. What happens at each: docs/limits.md. */
export interface Limits {
  /** Bytes that may wait for one local client before the reading of its instance is paused. */
  readonly clientBuffer: number;
  /** Seconds that a client which holds up its instance has to take what waits, before it is disconnected. */
  readonly clientStall: number;
  /** Bytes that may wait for one instance, connected or zombie, before the reading of its clients is paused. */
  readonly instanceBuffer: number;
  /** Clients that one instance may have at a time. */
  readonly channels: number;
  /** Connections that may wait at a time until they are attached. */
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
    clientBuffer: atLeast(
      4096,
      defaultLimits.clientBuffer,
      'bytes waiting for one client before its instance is paused',
    ),
    clientStall: atLeast(1, defaultLimits.clientStall, 'seconds a client may hold up its instance'),
    instanceBuffer: atLeast(
      65_536,
      defaultLimits.instanceBuffer,
      'bytes waiting for one instance before its clients are paused',
    ),
    channels: atLeast(1, defaultLimits.channels, 'clients of one instance at a time'),
    handshakes: atLeast(1, defaultLimits.handshakes, 'connections not yet attached at a time'),
  },
} as const;
