import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { read } from './support/pages.js';

const unit = read('packaging/systemd/sc-remoted.service');
const configuration = read('packaging/etc/sc-remoted.config.js');

const ofUnit = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
const option = (name: string): string => new RegExp(`^ +\\[.*\\b${name}: '(.*?)'`, 'm').exec(configuration)?.[1] ?? '';

test('the configuration of the package has its sockets where the unit makes room for them', () => {
  const [base = '', sockets = ''] = ofUnit('RuntimeDirectory')
    .split(' ')
    .map((name) => `/run/${name}`);
  expect(option('directory')).toBe(sockets);
  expect(dirname(option('path'))).toBe(base);
});

test('user and group are those that are made', () => {
  const made = read('packaging/systemd/sysusers.conf');
  expect(made).toContain(`\nu ${ofUnit('User')} `);
  expect(made).toContain(`\nm ${ofUnit('User')} ${option('group')}\n`);
});

test('what the unit runs is what the package has', () => {
  const commands = unit.match(/^Exec\w+=\/usr\/bin\/sc-remoted .*$/gm) ?? [];
  expect(commands).toHaveLength(3);
  for (const command of commands) expect(command).toContain('--config /etc/sc-remoted/sc-remoted.config.js');
});
