import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';

/** Asks on the terminal, without echo. Rejects when there is no terminal, and when the person gives up. */
export async function askOnTerminal(question: string): Promise<string> {
  const input = new ReadStream(openTerminal('r'));
  const output = new WriteStream(openTerminal('w'));
  output.on('error', () => undefined); // it went away: what is read tells
  try {
    const answer = readSilently(input);
    output.write(question); // the echo is off by now
    return await answer;
  } finally {
    input.destroy();
    output.write('\n');
    output.destroy();
  }
}

function openTerminal(mode: 'r' | 'w'): number {
  try {
    return openSync('/dev/tty', mode);
  } catch (cause) {
    throw new Error('there is no terminal to ask on', { cause });
  }
}

/** One line. What readline would echo goes nowhere. */
function readSilently(input: ReadStream): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  return new Promise((resolve, reject: (why: Error) => void) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    // Ctrl-C or Ctrl-D; after a line this comes too late to count.
    lines.once('close', () => reject(new Error('nothing was typed')));
    // Readline restores the terminal when it closes: that fails when the terminal went away.
    lines.on('error', (cause) => reject(new Error('the terminal was left', { cause })));
  });
}
