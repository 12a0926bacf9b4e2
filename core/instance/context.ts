import type { Change, RefusedClient } from '../contract/observations.js';
import type { Hooks } from '../hooks/hooks.js';
import type { Ending } from '../contract/views.js';
import type { RelayContext } from '../relay/context.js';
import type { Sums } from './sums.js';

/** An instance, as the list of all sees it. */
export interface Known {
  readonly magic: Buffer;
  readonly origin: { readonly network: string };
  /** Whether it is a zombie that nobody needs: without clients, without a checked certificate, and not kept without end. */
  readonly isExpendable: boolean;
  expire(end: Ending): void;
}

/** What is known of all instances, as one of them uses it. */
export interface Names {
  /** Strikes an instance off the list. */
  remove(instance: Known): void;
  /** Where it comes from, or whether it is needed, may have changed. */
  place(instance: Known): void;
  /** Takes a name for an instance. @returns what gives it back. @throws ScrError SCR_NAME_TAKEN */
  take(name: string): () => void;
}

/** What all instances of one controller share. */
export interface InstanceContext extends RelayContext {
  readonly hooks: Hooks;
  readonly registry: Names;
  /** Asked before a line that strangers can bring about. */
  readonly sums: Sums;
  /** Told of each change of an instance's state. */
  changed(change: Change): void;
  /** Told of each client that was not let in. */
  clientRefused(refused: RefusedClient): void;
}
