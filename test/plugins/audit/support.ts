import { readFileSync, readdirSync } from 'node:fs';
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

/** Every file of the trail in a folder, oldest first, as one text. */
export function textIn(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^audit\.\d+\.log$/.test(name));
  files.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
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
