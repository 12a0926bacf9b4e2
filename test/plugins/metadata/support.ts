import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ScrError } from '../../../index.js';
import {
  type Metadata,
  type Plugin,
  type PluginEntry,
  type VpMetadata,
  definePlugin,
  metadata,
} from '../../../plugin-sdk/index.js';
import { type TestBench, startBench } from '../../../testing/index.js';
import { tempDirectory } from '../support/local.js';

export interface Options {
  readonly file?: string;
  readonly watch?: boolean;
}

/** A controller with a file of metadata. */
export interface Known {
  readonly bench: TestBench;
  readonly directory: string;
  /** How often a change was told. */
  readonly changes: () => number;
  of(name: string): VpMetadata | undefined;
  names(): string[];
  /** Writes the file. */
  write(content: string | Uint8Array, file?: string): void;
  /** Without options, those stay as they are. */
  reload(options?: Options): Promise<void>;
}

/** Uses the service as a plugin does. */
function user(changed: () => void): { readonly plugin: Plugin<object>; readonly service: () => Metadata } {
  let service: (() => Metadata) | undefined;
  const plugin = definePlugin({
    name: 'user',
    schema: { type: 'object' },
    setup(controller) {
      service = controller.need(metadata);
      controller.watch(metadata, changed);
    },
  });
  return {
    plugin,
    service() {
      if (service === undefined) throw new Error('it was not set up');
      return service();
    },
  };
}

/** Starts a controller with this content of the file; it stops when the test is over. Rejects where it does not start. */
export async function knowing(content: string | Uint8Array, options: Options = {}): Promise<Known> {
  const directory = tempDirectory();
  const { file = 'vps.txt' } = options;
  const write = (fresh: string | Uint8Array, name = file): void => writeFileSync(join(directory, name), fresh);
  write(content);
  let changes = 0;
  const { plugin, service } = user(() => void changes++);
  const entries = (its: Options): PluginEntry[] => [['metadata', { file, ...its }], plugin];
  const bench = await startBench(entries(options), { directory });
  onTestFinished(() => bench.stop());
  return {
    bench,
    directory,
    changes: () => changes,
    of: (name) => service().of(name),
    names: () => [...service().names()],
    write,
    reload: (fresh) => bench.controller.reload(fresh && entries(fresh)),
  };
}

/** Why a controller with this content of the file does not start. */
export async function startFailure(content: string | Uint8Array, file?: string): Promise<ScrError> {
  const failure: unknown = await knowing(content, file === undefined ? {} : { file }).then(
    () => new Error('it started'),
    (thrown: unknown) => thrown,
  );
  if (failure instanceof ScrError) return failure;
  throw failure;
}

/** The mistakes that the log tells, by their lines. */
export function mistakesIn({ bench }: Known): string[] {
  return bench.log.of('metadata.mistake').map(({ message }) => message.replace(/^.*?, line /, ''));
}

/** What is known of ams-nl, in whichever form it is written. */
export const amsterdam = {
  asn4: 1103,
  asn6: 1104,
  cc: 'NL',
  st: 'NH',
  place: 'Amsterdam, at the canal',
  latlong: { latitude: 52.37, longitude: 4.9, text: '52.370,4.90' },
  shortname: 'ams',
  iata: 'AMS',
  tags: ['wifi', 'home, sweet home'],
  other: { contact: ['noc@example.org', '+31 20 555 0100'] },
};
