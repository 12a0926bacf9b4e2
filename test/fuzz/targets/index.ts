import type { Target } from '../support/target.js';
import { arrival } from './arrival.js';
import { answers, dialogue, muxClient, warts } from './client.js';
import { mux } from './mux.js';
import { options } from './options.js';
import { relay } from './relay.js';
import { session } from './session.js';
import { commands, flags, metadata, names, stateFile } from './text.js';
import { frames, hello, muxFrames } from './wire.js';

/** Every parser and state machine that octets of others reach. */
export const targets: readonly Target[] = [
  ...[frames, hello, session, relay, arrival, muxFrames, mux, commands],
  ...[muxClient, answers, dialogue, warts],
  ...[metadata, options, stateFile, names, flags],
];
