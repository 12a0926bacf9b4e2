import type { Target } from '../support/target.js';
import { relay } from './relay.js';
import { session } from './session.js';

/** Every parser and state machine that octets of others reach. */
export const targets: readonly Target[] = [session, relay];
