import type { Clock } from '../contract/clock.js';
import type { Limits } from '../contract/limits.js';
import type { Logger } from '../contract/logger.js';
import type { DataPassage } from '../contract/views.js';
import type { Acks } from './acks.js';
import type { Clients } from './clients.js';
import type { Backlogs } from '../memory/backlogs.js';
import type { Turn } from '../memory/turn.js';

/** The hook `data`, as the relay path uses it. */
export interface DataHook {
  /** False while nobody listens: asked before anything is made for it. */
  readonly used: boolean;
  /** @throws ScrError when a handler fails */
  run(bytes: Buffer, passage: DataPassage): Buffer;
}

/** What all relays of one controller share. */
export interface RelayContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Limits;
  /** Chance: a whole number from 0 to 2^32 − 1. */
  readonly random: () => number;
  readonly data: DataHook;
  readonly turn: Turn;
  readonly backlogs: Backlogs;
  readonly acks: Acks;
  readonly clients: Clients;
}
