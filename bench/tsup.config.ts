import { defineConfig } from 'tsup';
import { builtApart } from './built-apart.js';

/** The benchmark's programs. */
export default defineConfig(
  builtApart('bench', {
    main: 'bench/main.ts',
    neighbour: 'bench/neighbour.ts',
    load: 'bench/load/main.ts',
    pipe: 'bench/pipe.ts',
  }),
);
