import { defineConfig } from 'tsup';

/** The long form. It is no part of the package, so it is built where nobody packs or checks it. */
export default defineConfig({
  entry: { long: 'test/model/long.ts' },
  outDir: 'node_modules/.cache/model',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: false,
  skipNodeModulesBundle: true,
  silent: true,
  clean: true,
});
