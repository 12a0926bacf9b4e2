import type { VpReport } from './reports.js';
import { columns } from './columns.js';
import { make, setAttribute, setText } from './dom.js';
import { shape } from './shapes.js';
import { Strip } from './strip.js';

/** A row of the table, which shows now this VP, now that one. */
export class Row {
  readonly element = make('tr');
  readonly #texts = columns.map(() => make('span'));
  readonly #shape = shape();
  readonly #strip = new Strip();
  #key = '';

  /** @param choose it was clicked */
  constructor(choose: (key: string) => void) {
    columns.forEach(({ key, isNumber }, index) => {
      const before = key === 'state' ? [this.#shape.picture] : key === 'strip' ? [this.#strip.picture] : [];
      const number = isNumber === true ? ' number' : '';
      this.element.append(make('td', { class: `c-${key}${number}` }, ...before, this.#texts[index] ?? ''));
    });
    this.element.addEventListener('click', () => choose(this.#key));
  }

  show(vp: VpReport, { index, now, isCurrent }: { index: number; now: number; isCurrent: boolean }): void {
    this.#key = vp.vp;
    setAttribute(this.element, 'id', `row-${index}`);
    setAttribute(this.element, 'aria-rowindex', String(index + 2)); // the head is the first
    setAttribute(this.element, 'class', `${vp.state}${isCurrent ? ' current' : ''}`);
    columns.forEach(({ text, more }, at) => {
      const span = this.#texts[at];
      if (span === undefined) return;
      setText(span, text(vp, now));
      if (more !== undefined) setAttribute(span, 'title', more(vp));
    });
    this.#shape.show(vp.state);
    this.#strip.show(vp, now);
  }
}
