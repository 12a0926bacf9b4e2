import { printable } from '../printable.js';

/** How often it is told how far a run is, in milliseconds: on a terminal, and elsewhere. */
const OFTEN = 200;
const SELDOM = 10_000;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What is told on stderr: failures, how far the run is, and in the end what came of it. */
export class Progress {
  results = 0;
  #answered = 0;
  #failed = 0;
  readonly #total: number;
  readonly #begin = performance.now();
  readonly #person = process.stderr.isTTY;
  readonly #timer: NodeJS.Timeout;

  /** @param total the VPs that are meant @param silent results on the same terminal show by themselves how far it is */
  constructor(total: number, silent: boolean) {
    this.#total = total;
    const show = (): void => (silent ? undefined : this.#show());
    this.#timer = setInterval(show, this.#person ? OFTEN : SELDOM);
  }

  /** Whether all that are done have answered. */
  get allAnswered(): boolean {
    return this.#failed === 0;
  }

  /** A VP is done. */
  done(answered: boolean): void {
    if (answered) this.#answered++;
    else this.#failed++;
  }

  /** Something went wrong with a VP or a command. */
  tell(why: string): void {
    this.#write(`sc-remoted run: ${why}\n`);
  }

  /** @param where the results are; undefined where they were printed */
  end(where: string | undefined): void {
    clearInterval(this.#timer);
    const seconds = ((performance.now() - this.#begin) / 1_000).toFixed(1);
    const place = where === undefined ? '' : ` in ${where}`;
    this.#write(`${this.#counts()}; ${counted(this.results, 'result')}${place}, ${seconds} s\n`);
  }

  #counts(): string {
    const open = this.#total - this.#answered - this.#failed;
    const parts = [`${this.#answered} answered`, `${this.#failed} failed`, ...(open > 0 ? [`${open} not done`] : [])];
    return `${counted(this.#total, 'VP')}: ${parts.join(', ')}`;
  }

  /** On a terminal the line is written over by whatever comes next. */
  #show(): void {
    const line = `${this.#counts()}; ${counted(this.results, 'result')}`;
    process.stderr.write(this.#person ? `\r\x1b[K${line}` : `${line}\n`);
  }

  #write(line: string): void {
    process.stderr.write(`${this.#person ? '\r\x1b[K' : ''}${printable(line)}`);
  }
}
