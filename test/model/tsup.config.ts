import { defineConfig } from 'tsup';
import { builtApart } from '../../bench/built-apart.js';

/** The long form of the model. */
export default defineConfig(builtApart('model', { long: 'test/model/long.ts' }));
