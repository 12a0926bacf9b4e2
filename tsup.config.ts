import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** Each folder in plugins/ is one. */
const folders = readdirSync('plugins', { withFileTypes: true }).filter((entry) => entry.isDirectory());
const plugins = Object.fromEntries(folders.map(({ name }) => [`plugins/${name}/index`, `plugins/${name}/index.ts`]));

export default defineConfig({
  entry: {
    index: 'index.ts',
    'client/index': 'client/index.ts',
    'plugin-sdk/index': 'plugin-sdk/index.ts',
    'testing/index': 'testing/index.ts',
    ...plugins,
    'cli/main': 'cli/main.ts',
  },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  sourcemap: true,
  clean: true,
  // tsup's declaration build sets baseUrl, which TypeScript 6 warns of.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
});
