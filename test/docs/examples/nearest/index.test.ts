import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startMux } from '../../../client/support/strict-mux.js';
import { simulate, two } from '../../../client/support/talk.js';

test('every VP is asked, and each line tells of one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scr-'));
  const here = process.cwd();
  const mux = await startMux({ instances: two, onOpen: (end) => simulate(end, true) });
  symlinkSync('path' in mux.where ? mux.where.path : '', join(folder, 'scamper-remote-mux'));
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  onTestFinished(() => {
    write.mockRestore();
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });
  process.chdir(folder);
  await import('./index.js');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^\S+ \S+: [1-9]\d* octets of warts\n$/);
});
