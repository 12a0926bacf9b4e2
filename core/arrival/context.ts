import type { RefusedConnection } from '../contract/observations.js';
import type { InstanceContext } from '../instance/context.js';
import type { Registry } from '../instance/registry.js';

/** What all arrivals of one controller share. */
export interface ArrivalContext extends InstanceContext {
  readonly registry: Registry;
  /** Told of each connection that was refused. */
  refused(refusal: RefusedConnection): void;
}
