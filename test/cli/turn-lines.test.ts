import { expect, test, vi } from 'vitest';
import { TurnLines } from '../../cli/turn-lines.js';

function gathered(): { readonly written: string[]; readonly lines: TurnLines } {
  const written: string[] = [];
  return { written, lines: new TurnLines((text) => void written.push(text)) };
}

test('the lines of one turn are written together, in their order; those of the next by themselves', async () => {
  const { written, lines } = gathered();
  lines.push('1\n');
  lines.push('2\n');
  expect(written).toEqual([]);
  await vi.waitFor(() => expect(written).toEqual(['1\n2\n']));
  lines.push('3\n');
  await vi.waitFor(() => expect(written).toEqual(['1\n2\n', '3\n']));
});

test('a flush writes what is there, once', async () => {
  const { written, lines } = gathered();
  lines.push('1\n');
  lines.flush();
  expect(written).toEqual(['1\n']);
  lines.push('2\n');
  await vi.waitFor(() => expect(written).toEqual(['1\n', '2\n']));
});

test('many lines of one turn do not wait for its end', () => {
  const { written, lines } = gathered();
  const line = `${'x'.repeat(999)}\n`;
  for (let count = 0; count < 20; count++) lines.push(line);
  expect(written).toEqual([line.repeat(17)]);
});
