import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'index.ts',
    'plugin-sdk/index': 'plugin-sdk/index.ts',
    'testing/index': 'testing/index.ts',
    'plugins/tcp/index': 'plugins/tcp/index.ts',
    'plugins/tls/index': 'plugins/tls/index.ts',
    'plugins/unix-export/index': 'plugins/unix-export/index.ts',
    'plugins/access/index': 'plugins/access/index.ts',
    'plugins/zombie/index': 'plugins/zombie/index.ts',
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
