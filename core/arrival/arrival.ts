import type { Duplex } from 'node:stream';
import { ScrError, errors } from '../contract/errors.js';
import type { RefusedConnection } from '../contract/observations.js';
import type { ArrivingConnection } from '../hooks/hooks.js';
import type { InstanceContext } from '../instance/context.js';
import type { Instance } from '../instance/instance.js';
import type { Registry } from '../instance/registry.js';
import type { Hello } from '../protocol/control.js';
import type { Link } from '../streams/link.js';
import type { Waiter, Waiting } from './waiting.js';

/** What all arrivals of one controller share. */
export interface ArrivalContext extends InstanceContext {
  readonly registry: Registry;
  /** Told of each connection that was refused. */
  refused(refusal: RefusedConnection): void;
}

/** An error is dear to make, and a flood makes one of these for each of its connections. */
const madePlace = new ScrError(errors.SCR_HELLO_EVICTED);

/** A connection on its way to become, or to carry, an instance. */
export class Arrival implements Waiter {
  link: Link | undefined;
  hello: Hello | undefined;
  instance: Instance | undefined;
  /** It resumes a session that was recalled for it. Until it is attached the instance is known to nobody else. */
  isRecalled = false;
  /** The name of the instance that is resumed, until then. */
  nameBefore: string | undefined;
  /** Something of a hello has come. */
  hasSpoken = false;
  /** Why it is made to end: nothing may come of this any more. */
  dropped: ScrError | undefined;
  /** Clock time at which it came. */
  readonly since: number;
  readonly #raw: Duplex;

  constructor(
    readonly core: ArrivalContext,
    readonly connection: ArrivingConnection,
    readonly network: string,
    readonly waiting: Waiting<Arrival>,
    readonly nextId: () => number,
  ) {
    this.since = core.clock.now();
    this.#raw = connection.stream;
  }

  /** Nothing has come from the peer: of a handshake its socket tells, where it is one. */
  get isSilent(): boolean {
    return !this.hasSpoken && !hasRead(this.#raw);
  }

  /** Where it made place for another one: whatever fails then fails for that. */
  get evicted(): ScrError | undefined {
    return this.dropped === madePlace ? madePlace : undefined;
  }

  /** Makes place for another connection. */
  evict(): void {
    this.drop(madePlace);
  }

  /** Closes the connection, whatever step it is at; the step fails then. */
  drop(why: ScrError): void {
    this.dropped = why;
    if (this.link === undefined) this.connection.stream.destroy();
    else this.link.break(why);
  }
}

function hasRead(stream: Duplex): boolean {
  return 'bytesRead' in stream && typeof stream.bytesRead === 'number' && stream.bytesRead > 0;
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
