import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimClient, memoryPair, settle, startBench } from 'sc-remoted/plugin-sdk/testing';
import policy from '../index.js';

/** A scamper that takes every command. */
const accepting = { line: (scamper, channel, line) => scamper.send(channel, `OK ${line}\n`) };

/** A controller with the plugin; relative files are in a folder of its own. */
export async function startWith(t, options, { files = {}, plugins = [], ...bench } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'policy-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const write = (name, text) => writeFile(join(directory, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const started = await startBench([[policy, options], ...plugins], { directory, ...bench });
  t.after(() => started.stop());
  return { ...started, directory, write };
}

/** Attaches a scamper and a client of it. @returns what a command is answered with */
export async function clientOf(bench, { monitorName, credentials } = {}) {
  await bench.attach({ monitorName, script: accepting });
  return clientAs(bench, credentials);
}

/** Another client of the last instance. */
export function clientAs(bench, credentials) {
  const [ours, theirs] = memoryPair();
  bench.instance().connect(ours, { socket: '/s', credentials });
  const client = new SimClient(theirs);
  return async (command) => {
    const before = client.text.length;
    client.send(`${command}\n`);
    while (!client.text.endsWith('\n') || client.text.length === before) {
      if (client.stream.destroyed) throw new Error('the client was disconnected');
      await settle(1);
    }
    return client.text.slice(before, -1);
  };
}

export const user = (uid, gid = 100) => ({ uid, gid, pid: 1 });
