import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['test/model/long.ts'],
  outDir: 'node_modules/.cache/model',
  format: 'esm',
  target: 'node20',
  clean: true,
});
