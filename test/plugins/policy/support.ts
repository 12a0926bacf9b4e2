import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PluginEntry } from '../../../core/contract/plugin.js';
import type { ClientOrigin, PeerCredentials } from '../../../plugin-sdk/index.js';
import policy from '../../../plugins/policy/index.js';
import { type Script, SimClient, type TestBench, memoryPair, settle, startBench } from '../../../testing/index.js';
import { tempDirectory } from '../support/local.js';

/** A scamper that takes every command. */
const accepting: Script = { line: (scamper, channel, line) => scamper.send(channel, `OK ${line}\n`) };

/** A controller with a policy; relative files are in a folder of its own. */
export interface Ruled extends TestBench {
  readonly directory: string;
  readonly write: (file: string, text: string) => void;
}

export interface Around {
  readonly files?: Readonly<Record<string, string>>;
  readonly plugins?: readonly PluginEntry[];
}

export async function startWith(options: object, { files = {}, plugins = [] }: Around = {}): Promise<Ruled> {
  const directory = tempDirectory();
  const write = (file: string, text: string): void => writeFileSync(join(directory, file), text);
  for (const [file, text] of Object.entries(files)) write(file, text);
  const bench = await startBench([[policy, options], ...plugins], { directory });
  onTestFinished(() => bench.stop());
  return { ...bench, directory, write };
}

/** Who asks, and on which scamper. */
export interface Asking {
  readonly monitorName?: string | undefined;
  readonly credentials?: PeerCredentials | undefined;
}

/** Sends a command. @returns what it is answered with */
export type Ask = (command: string) => Promise<string>;

/** Attaches a scamper, and a client of it. */
export async function clientOf(bench: TestBench, { monitorName, credentials }: Asking = {}): Promise<Ask> {
  await bench.attach({ script: accepting, ...(monitorName !== undefined && { monitorName }) });
  return clientAs(bench, credentials);
}

/** Another client of the last instance. */
export function clientAs(bench: TestBench, credentials?: PeerCredentials): Ask {
  return clientFrom(bench, { socket: '/s', credentials });
}

export function clientFrom(bench: TestBench, origin: ClientOrigin): Ask {
  const [ours, theirs] = memoryPair();
  bench.instance().connect(ours, origin);
  const client = new SimClient(theirs);
  return async (command) => {
    const before = client.text.length;
    client.send(Buffer.from(`${command}\n`, 'latin1'));
    while (!client.text.endsWith('\n') || client.text.length === before) {
      if (client.stream.destroyed) throw new Error('the client was disconnected');
      await settle(1);
    }
    return client.text.slice(before, -1);
  };
}

export const user = (uid: number, gid = 100): PeerCredentials => ({ uid, gid, pid: 1 });
