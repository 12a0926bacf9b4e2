import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../cli/support/command.js';

/** The warts file in what a client received: the uuencoded blocks behind its DATA lines. */
function wartsIn(text: string): Buffer {
  const blocks: Buffer[] = [];
  for (const { index, 0: line, 1: length } of text.matchAll(/^DATA (\d+).*\n/gm)) {
    const start = index + line.length;
    blocks.push(uudecode(text.slice(start, start + Number(length))));
  }
  return Buffer.concat(blocks);
}

function uudecode(text: string): Buffer {
  const lines = text.split('\n').map((line) => {
    const [length = 0, ...digits] = [...Buffer.from(line)].map((digit) => (digit - 32) & 63);
    const bytes: number[] = [];
    for (let at = 0; at < digits.length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = digits.slice(at, at + 4);
      bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    return Buffer.from(bytes.slice(0, length));
  });
  return Buffer.concat(lines);
}

/** What the real sc_wartsdump reads in what a client received. */
export function dumpOf(text: string): string {
  const file = join(temporaryFolder(), 'out.warts');
  writeFileSync(file, wartsIn(text));
  return spawnSync('sc_wartsdump', [file], { encoding: 'utf8' }).stdout;
}
