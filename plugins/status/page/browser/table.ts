import type { VpReport } from './reports.js';
import { type Column, byName, columns } from './columns.js';
import { byId, make, setAttribute } from './dom.js';
import { sorted } from './order.js';
import { Row } from './row.js';

/** Rows that are there beyond what is seen, above and below. */
const BEYOND = 6;

interface Needs {
  readonly open: (key: string) => void;
  /** Something else is to be shown. */
  readonly stale: () => void;
}

/** The table of the VPs: of thousands, only the rows that are seen are in the document. */
export class Table {
  readonly #needs: Needs;
  readonly #table = byId('vps', HTMLTableElement);
  readonly #scroller = byId('scroller', HTMLElement);
  readonly #heads = new Map<Column, HTMLElement>();
  readonly #above = make('td');
  readonly #below = make('td');
  readonly #rows: Row[] = [];
  readonly #end = make('tr', { class: 'space', 'aria-hidden': 'true' }, this.#below);
  /** Those that are meant, in the order of their names. */
  #meant: readonly VpReport[] = [];
  #vps: readonly VpReport[] = [];
  #now = 0;
  #by: Column = byName;
  #isDescending = false;
  /** The row that the keys are on. */
  #current: string | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    for (const column of columns) this.#heads.set(column, this.#head(column));
    this.#table.tHead?.rows[0]?.append(...this.#heads.values());
    const begin = make('tr', { class: 'space', 'aria-hidden': 'true' }, this.#above);
    this.#table.tBodies[0]?.append(begin, this.#end);
    this.#scroller.addEventListener('scroll', needs.stale, { passive: true });
    this.#table.addEventListener('keydown', (event) => this.#key(event));
  }

  #head(column: Column): HTMLElement {
    const button = make('button', { type: 'button' }, column.title);
    button.addEventListener('click', () => this.#sortBy(column));
    const number = column.isNumber === true ? ' number' : '';
    return make('th', { scope: 'col', class: `c-${column.key}${number}` }, button);
  }

  #sortBy(column: Column): void {
    this.#isDescending = this.#by === column && !this.#isDescending;
    this.#by = column;
    this.#order();
    this.#needs.stale();
  }

  /** @param vps those that are meant, in the order of their names */
  take(vps: readonly VpReport[], now: number): void {
    this.#meant = vps;
    this.#now = now;
    this.#order();
  }

  #order(): void {
    for (const [column, head] of this.#heads) {
      const direction = this.#isDescending ? 'descending' : 'ascending';
      setAttribute(head, 'aria-sort', column === this.#by ? direction : 'none');
    }
    this.#vps = sorted(this.#meant, this.#by, this.#isDescending, this.#now);
    setAttribute(this.#table, 'aria-rowcount', String(this.#vps.length + 1));
  }

  /** Shows the rows that are seen. */
  paint(now: number): void {
    const [height, seen] = [this.#rowHeight(), this.#scroller.clientHeight];
    const top = Math.floor(this.#scroller.scrollTop / height);
    const first = Math.max(0, Math.min(top, this.#vps.length) - BEYOND);
    const shown = this.#vps.slice(first, top + Math.ceil(seen / height) + BEYOND);
    this.#above.style.height = `${first * height}px`;
    this.#below.style.height = `${(this.#vps.length - first - shown.length) * height}px`;
    shown.forEach((vp, at) => this.#row(at).show(vp, { index: first + at, now, isCurrent: vp.vp === this.#current }));
    for (const row of this.#rows.splice(shown.length)) row.element.remove();
    const index = this.#vps.findIndex(({ vp }) => vp === this.#current);
    if (index >= first && index < first + shown.length) {
      setAttribute(this.#table, 'aria-activedescendant', `row-${index}`);
    } else this.#table.removeAttribute('aria-activedescendant');
  }

  #row(at: number): Row {
    const there = this.#rows[at];
    if (there !== undefined) return there;
    const row = new Row((key) => this.#choose(key));
    this.#rows.push(row);
    this.#end.before(row.element);
    return row;
  }

  /** In pixels; as the head is, before there are rows. */
  #rowHeight(): number {
    const measured = this.#rows[0]?.element ?? this.#table.tHead;
    return Math.max(measured?.getBoundingClientRect().height ?? 0, 1);
  }

  #choose(key: string): void {
    this.#current = key;
    this.#needs.stale();
    this.#needs.open(key);
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#table) return;
    if (event.key === 'Enter' && this.#current !== undefined) {
      event.preventDefault(); // it would press the button that has the focus then
      this.#needs.open(this.#current);
    }
    const to = this.#goal(event.key);
    if (to === undefined) return;
    event.preventDefault();
    this.#moveTo(Math.max(0, Math.min(to, this.#vps.length - 1)));
  }

  /** Where a key leads; undefined where it leads nowhere. */
  #goal(key: string): number | undefined {
    const at = this.#vps.findIndex(({ vp }) => vp === this.#current);
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#rowHeight()) - 2);
    const goals = new Map([
      ['ArrowDown', at + 1],
      ['ArrowUp', at - 1],
      ['PageDown', at + page],
      ['PageUp', at - page],
      ['Home', 0],
      ['End', this.#vps.length - 1],
    ]);
    return goals.get(key);
  }

  #moveTo(index: number): void {
    this.#current = this.#vps[index]?.vp;
    const height = this.#rowHeight();
    const room = this.#scroller.clientHeight - (this.#table.tHead?.offsetHeight ?? 0);
    const [top, bottom] = [index * height, (index + 1) * height - room];
    if (this.#scroller.scrollTop > top) this.#scroller.scrollTop = top;
    if (this.#scroller.scrollTop < bottom) this.#scroller.scrollTop = bottom;
    this.#needs.stale();
  }
}
