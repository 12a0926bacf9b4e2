import type { Channel } from './relay/channel.js';
import type { Clock } from './contract/clock.js';
import type { Gather } from './relay/gather.js';
import type { Hooks } from './hooks/hooks.js';
import type { Instance } from './instance/instance.js';
import type { Limits } from './contract/limits.js';
import type { Logger } from './contract/logger.js';

/** Every instance the controller knows, by what it is looked up with. */
export interface Registry {
  readonly byMagic: Map<string, Instance>;
  readonly byName: Map<string, Instance>;
}

/** What the parts of one controller share. */
export interface CoreContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Limits;
  readonly hooks: Hooks;
  readonly registry: Registry;
  readonly gather: Gather;
  /** Every channel whose client is still connected. */
  readonly clients: Set<Channel>;
  /** Channels whose client has a deadline to take what waits for it. */
  readonly stalled: Set<Channel>;
}
