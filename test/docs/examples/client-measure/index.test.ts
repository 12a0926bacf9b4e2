import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startMux } from '../../../client/support/strict-mux.js';
import { simulate, two } from '../../../client/support/talk.js';

test('every VP is asked, and what they found is in one file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scr-'));
  const { argv } = process;
  const here = process.cwd();
  onTestFinished(() => {
    process.argv = argv;
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });
  const mux = await startMux({ instances: two, onOpen: (end) => simulate(end, true) });
  process.chdir(folder);
  process.argv = ['node', 'index.js', 'path' in mux.where ? mux.where.path : '', '*-nl,*-us', 'ping 192.0.2.7'];
  await import('./index.js');
  const text = await vi.waitUntil(() => {
    if (!existsSync(join(folder, 'out.warts'))) return undefined; // it is opened a little later
    const found = readFileSync(join(folder, 'out.warts'), 'latin1');
    return found.split('ping 192.0.2.7').length === 3 ? found : undefined;
  });
  expect(text.startsWith('\x12\x05\0\x01')).toBe(true);
});
