import type { Ending, Sink } from '../../../plugin-sdk/index.js';

/** A client that is no stream: notes what it is told, and says it is full as often as it is asked to. */
export class NotingSink implements Sink {
  /** One for each call: `data text`, `end`, `pace true`, `closed SCR_CLIENT_LEFT`. */
  readonly notes: string[] = [];
  /** All that came, copied. */
  text = '';
  full = false;

  data(pieces: readonly Buffer[]): boolean {
    const text = Buffer.concat(pieces).toString('latin1');
    this.text += text;
    this.notes.push(`data ${text}`);
    return !this.full;
  }

  end(): void {
    this.notes.push('end');
  }

  pace(open: boolean): void {
    this.notes.push(`pace ${open}`);
  }

  closed({ code }: Ending): void {
    this.notes.push(`closed ${code}`);
  }
}

/** A sink that does something else at one of its calls. */
export function sinkThat(calls: Partial<Sink>): NotingSink {
  return Object.assign(new NotingSink(), calls);
}

/** A sink that throws at one of its calls. */
export function failingAt(call: keyof Sink): NotingSink {
  return sinkThat({
    [call]: () => {
      throw new Error('no');
    },
  });
}
