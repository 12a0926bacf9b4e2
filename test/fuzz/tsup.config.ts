import { defineConfig } from 'tsup';

/** What npm run fuzz runs. It is no part of the package, so it is built where nobody packs or checks it. */
export default defineConfig({
  entry: { main: 'test/fuzz/main.ts', targets: 'test/fuzz/targets/index.ts' },
  outDir: 'node_modules/.cache/fuzz',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  skipNodeModulesBundle: true,
  silent: true,
  clean: true,
});
