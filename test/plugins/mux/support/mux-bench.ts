import { connect } from 'node:net';
import { join } from 'node:path';
import type { PluginEntry } from '../../../../core/contract/plugin.js';
import mux from '../../../../plugins/mux/index.js';
import { type TestBench, startBench } from '../../../../testing/index.js';
import { tempDirectory } from '../../support/local.js';
import { StrictMux } from './strict-mux.js';

/** A controller with a mux, and programs on it. */
export interface MuxBench extends TestBench {
  readonly path: string;
  /** A program that has just connected. */
  connect(): StrictMux;
  /** A program that was told all that is there. */
  ready(): Promise<StrictMux>;
}

export async function startMux(
  options: object = {},
  more: readonly PluginEntry[] = [],
  settings: Parameters<typeof startBench>[1] = {},
): Promise<MuxBench> {
  const path = join(tempDirectory(), 'mux');
  const bench = await startBench([...more, [mux, { path, ...options }]], settings);
  const connectTo = (): StrictMux => new StrictMux(connect({ path, allowHalfOpen: true }));
  return { ...bench, path, connect: connectTo, ready: () => connectTo().ready() };
}
