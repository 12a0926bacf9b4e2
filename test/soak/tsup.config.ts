import { defineConfig } from 'tsup';
import { builtApart } from '../../bench/built-apart.js';

/** The soak. */
export default defineConfig(builtApart('soak', { main: 'test/soak/main.ts' }));
