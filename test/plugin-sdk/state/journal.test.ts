import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeClock, TestLog } from '../../../testing/index.js';
import { Journal, StateFolder } from '../../../plugin-sdk/index.js';
import { temporaryFolder } from '../../cli/support/command.js';

/** As many lines as the file may have beyond twice those that are needed. */
const SPARE = 1_000;

function linesIn(directory: string): string[] {
  return readFileSync(join(directory, 'sessions'), 'utf8').trimEnd().split('\n');
}

test('lines that a slow disk does not take wait up to a bound; then the whole file is written instead', async () => {
  const directory = temporaryFolder();
  const contents = { size: 1, text: () => 'header\nwhole\n' };
  const journal = new Journal(new StateFolder(directory), 'sessions', contents, {
    log: new TestLog(),
    clock: new FakeClock(),
  });
  await journal.open();
  for (let each = 0; each < SPARE + 3; each++) journal.append(`line ${each}\n`);
  await journal.close();
  expect(linesIn(directory).slice(0, 3)).toEqual(['header', 'whole', 'line 0']);
  expect(linesIn(directory)).toHaveLength(2 + SPARE + 3);
  const again = new Journal(new StateFolder(directory), 'sessions', contents, {
    log: new TestLog(),
    clock: new FakeClock(),
  });
  await again.open();
  for (let each = 0; each < 5_000; each++) again.append(`line ${each}\n`);
  await again.close();
  expect(linesIn(directory)).toEqual(['header', 'whole']);
});
