import { ScrError, errors } from '../contract/errors.js';
import type { RefusedConnection } from '../contract/observations.js';
import type { ArrivingConnection } from '../hooks/hooks.js';
import type { InstanceContext } from '../instance/context.js';
import type { Instance } from '../instance/instance.js';
import type { Registry } from '../instance/registry.js';
import type { Hello } from '../protocol/control.js';
import type { Link } from '../streams/link.js';

/** What all arrivals of one controller share. */
export interface ArrivalContext extends InstanceContext {
  readonly registry: Registry;
  /** Told of each connection that was refused. */
  refused(refusal: RefusedConnection): void;
}

/** A connection on its way to become, or to carry, an instance. */
export class Arrival {
  link: Link | undefined;
  hello: Hello | undefined;
  instance: Instance | undefined;
  /** It resumes a session that was recalled for it. Until it is attached the instance is known to nobody else. */
  isRecalled = false;
  /** The controller stops: nothing may come of this any more. */
  dropped = false;

  constructor(
    readonly core: ArrivalContext,
    readonly connection: ArrivingConnection,
    readonly nextId: () => number,
  ) {}

  /** Closes the connection, whatever step it is at; the step fails then. */
  drop(): void {
    this.dropped = true;
    if (this.link === undefined) this.connection.stream.destroy();
    else this.link.break(new ScrError(errors.SCR_STOPPED));
  }
}

export function linkOf(arrival: Arrival): Link {
  return present(arrival.link);
}

export function helloOf(arrival: Arrival): Hello {
  return present(arrival.hello);
}

export function instanceOf(arrival: Arrival): Instance {
  return present(arrival.instance);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the steps of the pipeline ran out of order');
  return value;
}
