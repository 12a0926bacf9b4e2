/** What the two processes of the benchmark tell each other. */

export const scenarios = [
  'bulk',
  'pipe',
  'rr',
  'idle',
  'resume',
  'churn',
  'channels',
  'slow',
  'mux-rr',
  'mux-connect',
] as const;
export type Scenario = (typeof scenarios)[number];

/** How much of what. */
export interface Load {
  readonly scenario: Scenario;
  /** Instances that attach. */
  readonly instances: number;
  /** How many of them are active; they are spread over all. */
  readonly active: number;
  /** Octets of a message from an instance. */
  readonly size: number;
  /** Messages that an instance has sent and not seen acknowledged, at most; requests under way through a mux. */
  readonly window: number;
  /** Channels opened and closed in all, where the scenario is about that. */
  readonly channels: number;
  readonly tls: boolean;
  /** Whether clients come through one connection to the mux. */
  readonly mux: boolean;
  readonly seconds: number;
  /** Seconds before the measurement begins. */
  readonly warmUp: number;
}

/** What the load process is told. */
export interface LoadPlan extends Load {
  /** The controller's process. */
  readonly pid: number;
  readonly port: number;
  /** Where its sockets appear. */
  readonly directory: string;
  /** Where its mux is; undefined: each instance has a socket of its own. */
  readonly muxPath: string | undefined;
  /** Where a relay without a protocol listens for the local end. */
  readonly pipePath: string;
  /** Where the controller tells the size of its heap; undefined when it does not. */
  readonly heapProbe: string | undefined;
  /** Seconds after which a client that does not read is disconnected; undefined when it never is. */
  readonly clientStall: number | undefined;
}

/** Figures by name; one that could not be had is missing. */
export type Figures = Readonly<Record<string, number>>;

/** What it answers. */
export interface LoadResult {
  readonly figures: Figures;
  /** What went wrong; the figures hold what there was before. */
  readonly problem?: string;
}
