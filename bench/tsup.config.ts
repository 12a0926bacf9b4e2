import { defineConfig } from 'tsup';

/** The benchmark's programs. They are no part of the package, so they are built where nobody packs or checks them. */
export default defineConfig({
  entry: { main: 'bench/main.ts', neighbour: 'bench/neighbour.ts', load: 'bench/load/main.ts', pipe: 'bench/pipe.ts' },
  outDir: 'node_modules/.cache/bench',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: false,
  skipNodeModulesBundle: true,
  silent: true,
  clean: true,
});
