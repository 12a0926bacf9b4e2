import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PluginEntry } from '../../../core/contract/plugin.js';
import audit from '../../../plugins/audit/index.js';
import { type TestBench, startBench } from '../../../testing/index.js';
import { tempDirectory } from '../support/local.js';

/** A line of the trail. */
export type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** The lines in a text. */
export function linesIn(text: string): Line[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

export function eventsIn(text: string): string[] {
  return linesIn(text).map(({ event }) => event);
}

/** The trail in a folder. */
export function textIn(folder: string): string {
  return readFileSync(join(folder, 'audit.log'), 'utf8');
}

/** A controller that writes a trail. */
export interface Audited extends TestBench {
  readonly directory: string;
  /** Stops it, and reads what was written. */
  lines(): Promise<Line[]>;
}

export async function startAudited(options: object = {}, more: readonly PluginEntry[] = []): Promise<Audited> {
  const directory = tempDirectory();
  const bench = await startBench([[audit, { file: 'audit.log', ...options }], ...more], { directory });
  onTestFinished(() => bench.stop());
  const lines = async (): Promise<Line[]> => {
    await bench.stop();
    return linesIn(textIn(directory));
  };
  return { ...bench, directory, lines };
}
