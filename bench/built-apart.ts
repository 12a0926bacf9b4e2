import type { Options } from 'tsup';

/** How programs are built that are run by hand: where nobody packs or checks them, for they are no part of the package. */
export function builtApart(folder: string, entry: Readonly<Record<string, string>>): Options {
  return {
    entry: { ...entry },
    outDir: `node_modules/.cache/${folder}`,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    splitting: false,
    skipNodeModulesBundle: true,
    silent: true,
    clean: true,
  };
}
