import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodes } from '../../cli/fleet/exit-codes.js';
import { lsCommand, parse as parseLs } from '../../cli/ls/index.js';
import { parse as parseRun, runCommand } from '../../cli/measure/wish.js';
import { checkCommand } from '../../cli/status/check.js';
import { eventsCommand } from '../../cli/status/events.js';
import { forgetCommand } from '../../cli/status/forget.js';
import { logCommand } from '../../cli/status/log.js';
import { showCommand } from '../../cli/status/show.js';
import { parse as parsePolicy, policyTestCommand } from '../../cli/policy-test/wish.js';
import { selectorKeys } from '../../client/index.js';
import { blocksOf, plain, read, rowsOf, section, wordsOf } from './support/pages.js';

const page = read('docs/commands.md');

test.each([
  ['## sc-remoted ls', lsCommand()],
  ['## sc-remoted run', runCommand()],
  ['## sc-remoted show', showCommand()],
  ['## sc-remoted events', eventsCommand()],
  ['## sc-remoted check', checkCommand()],
  ['## sc-remoted forget', forgetCommand()],
  ['## sc-remoted log', logCommand()],
  ['## sc-remoted policy test', policyTestCommand()],
])('%s: the page has every option, and no other', (heading, { options }) => {
  const rows = rowsOf(section(page, heading)).map(([option = '']) => plain(option));
  expect(rows.filter((option) => option.startsWith('-')).sort()).toEqual(options.map(({ flags }) => flags).sort());
});

test('the page has every exit code, and no other', () => {
  const codes = rowsOf(section(page, '## Exit codes')).map(([code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes));
});

test('the page has every key of a selector', () => {
  const keys = section(page, '## Selectors').split('Keys are')[1] ?? '';
  expect(selectorKeys.filter((key) => !keys.includes(`\`${key}\``))).toEqual([]);
});

describe('examples', () => {
  const here = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'scr-'));
  beforeAll(() => {
    writeFileSync(join(folder, 'commands.txt'), 'ping 192.0.2.1\n');
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });

  const pages = ['docs/commands.md', 'docs/mux.md', 'docs/sharing.md', 'README.md', 'docs/sc_remoted.1.md'];
  const lines = pages.flatMap((path) =>
    blocksOf(path)
      .filter(({ info }) => info === 'sh')
      .flatMap(({ text }) => text.split('\n')),
  );
  const examples = lines.filter((line) => /^sc-remoted (ls|run|show|events|check|forget|log|policy)\b/.test(line));
  const ofStatus = new Map([
    ['show', showCommand],
    ['events', eventsCommand],
    ['check', checkCommand],
    ['forget', forgetCommand],
    ['log', logCommand],
  ]);

  test.each(examples)('%s', (line) => {
    const [, command, ...argv] = wordsOf(line);
    const make = ofStatus.get(command ?? '');
    if (make !== undefined) expect(() => make().parse(argv, { from: 'user' })).not.toThrow();
    else if (command === 'policy') expect(parsePolicy(argv).line).not.toBe('');
    else if (command === 'ls') expect(parseLs(argv).fits).toBeTypeOf('function');
    else expect(parseRun(argv).commands).not.toEqual([]);
  });
});
