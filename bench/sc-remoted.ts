import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Kind } from './cases.js';
import { type Contestant, type Site, flagsFor } from './contestant.js';

/** The folder of the project; this file runs as it is built, in node_modules/.cache/bench. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const probe = join(root, 'bench/heap-probe.js');
export const ownServer = join(root, 'dist/cli/main.js');

const defaults = ['tcp', 'unix-export', 'access', 'zombie'];

/** A plugin that looks at everything that passes and does as good as nothing with it. */
const observer = `{
  name: 'observer', api: 1, schema: { type: 'object' },
  setup({ hooks }) {
    const seen = { toInstance: 0, toClient: 0 };
    hooks.data.tap((bytes, { direction }) => { seen[direction] += bytes.length; });
  },
}`;

const plugins: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  ours: defaults.map((name) => `'${name}'`),
  bare: ["'tcp'", "'unix-export'"],
  observer: [...defaults.map((name) => `'${name}'`), observer],
  sockets: defaults.map((name) => `'${name}'`),
};

function configuration(kind: Kind, { clientStall, muxPath }: Site): string {
  const limits = clientStall === undefined ? '{}' : `{ clientStall: ${clientStall} }`;
  const exported = (name: string): string => (name === "'unix-export'" && muxPath !== undefined ? "'mux'" : name);
  return `export default { plugins: [${plugins[kind]?.map(exported).join(', ') ?? ''}], limits: ${limits} };\n`;
}

const labels: Readonly<Partial<Record<Kind, string>>> = {
  ours: 'sc-remoted',
  bare: 'tcp, unix-export only',
  observer: 'with an observer',
  sockets: 'by unix-export',
};

/** A build of sc-remoted. */
export function scRemoted(kind: Kind, main: string, label = labels[kind] ?? kind): Contestant {
  return {
    kind,
    label,
    detail: main,
    tls: true,
    mux: true,
    tellsHeap: true,
    command(site) {
      const file = join(site.folder, 'sc-remoted.config.mjs');
      writeFileSync(file, configuration(kind, site));
      const probing = site.heapProbe === undefined ? [] : ['--import', pathToFileURL(probe).href];
      return {
        program: process.execPath,
        args: [...probing, main, '--config', file, ...flagsFor(site)],
        ...(site.heapProbe !== undefined && { env: { HEAP_PROBE: site.heapProbe } }),
      };
    },
  };
}
