import type { Change, RefusedClient } from '../contract/observations.js';
import type { Hooks } from '../hooks/hooks.js';
import type { RelayContext } from '../relay/context.js';

/** What is known of all instances, as one of them uses it. */
export interface Names {
  /** Strikes an instance off the list. */
  remove(instance: { readonly magic: Buffer }): void;
  /** Takes a name for an instance. @returns what gives it back. @throws ScrError SCR_NAME_TAKEN */
  take(name: string): () => void;
}

/** What all instances of one controller share. */
export interface InstanceContext extends RelayContext {
  readonly hooks: Hooks;
  readonly registry: Names;
  /** Told of each change of an instance's state. */
  changed(change: Change): void;
  /** Told of each client that was not let in. */
  clientRefused(refused: RefusedClient): void;
}
