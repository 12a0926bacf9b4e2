import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventsIn } from '../plugins/audit/support.js';
import { start, temporaryFolder } from './support/command.js';

test('without a file, the lines of the audit trail go to the standard output', async () => {
  const cwd = temporaryFolder();
  const plugins = ['audit', ['tcp', { listen: '127.0.0.1:0' }]];
  writeFileSync(join(cwd, '.sc-remotedrc.json'), JSON.stringify({ plugins }));
  const controller = start([], { cwd });
  await controller.waitFor('controller.started');
  controller.signal('SIGHUP');
  await controller.until(({ stdout }) => (stdout.includes('audit.reloaded') ? true : undefined));
  controller.signal('SIGTERM');
  const { code, stdout } = await controller.finished;
  expect(code).toBe(0);
  expect(eventsIn(stdout)).toEqual(['audit.started', 'audit.reloaded', 'audit.stopped']);
});
