import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { settle } from '../../testing/index.js';
import { folder } from '../core/support/folder.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

test.each(['.config/config.js', '.config/config.cjs', 'package.json'])(
  'nothing of the working directory is run or read that nobody asked for: %s',
  async (name) => {
    using at = folder({ 'etc/sc.yaml': 'limits: { channels: 7 }' });
    const ran = join(at.path, 'ran');
    at.write(name, name === 'package.json' ? '{ broken' : `require('node:fs').writeFileSync('${ran}', '');`);
    vi.spyOn(process, 'cwd').mockReturnValue(at.path);
    vi.resetModules();
    const { loadConfigFile } = await import('../../config/file.js');
    expect((await loadConfigFile('etc/sc.yaml', at.path))?.limits.channels).toBe(7);
    await settle();
    expect(existsSync(ran)).toBe(false);
  },
);
