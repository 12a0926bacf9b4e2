import { defineConfig } from '../../../../index.js';

export default defineConfig({
  plugins: [['tcp', { family: 'ipv6' }], 'unix-export', ['zombie', { time: '1h' }]],
});
