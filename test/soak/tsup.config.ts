import { defineConfig } from 'tsup';

/** The soak. It is no part of the package, so it is built where nobody packs or checks it. */
export default defineConfig({
  entry: { main: 'test/soak/main.ts' },
  outDir: 'node_modules/.cache/soak',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: false,
  skipNodeModulesBundle: true,
  silent: true,
  clean: true,
});
