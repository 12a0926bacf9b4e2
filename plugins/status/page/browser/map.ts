import type { VpReport } from './reports.js';
import { byId, draw, setAttribute, setText } from './dom.js';
import { NORTH, placed, southFor } from './projection.js';
import { outlines, states } from './shapes.js';

/** In which quarter a key looks for the next point. */
const directions = new Map<string, readonly [right: number, down: number]>([
  ['ArrowRight', [1, 0]],
  ['ArrowLeft', [-1, 0]],
  ['ArrowDown', [0, 1]],
  ['ArrowUp', [0, -1]],
]);
/** Points at one place lie around it, so far from one another, in pixels. */
const APART = 7;
const GOLDEN_ANGLE = 2.4;

/** A VP on the map. */
interface Point {
  readonly element: SVGPathElement;
  vp: VpReport;
  x: number;
  y: number;
}

/** The map: a point for each VP of which one knows where it is. */
export class WorldMap {
  readonly #map = byId('map', SVGSVGElement);
  readonly #land = byId('land', SVGPathElement);
  readonly #tip = byId('tip', SVGTextElement);
  /** Those that are there lie undermost. */
  readonly #layers = new Map([...states].reverse().map((state) => [state, draw('g')] as const));
  readonly #points = new Map<string, Point>();
  readonly #keys = new WeakMap<Element, string>();
  readonly #open: (key: string) => void;
  #width = 0;
  /** The point to which the tabulator leads. */
  #entry: Point | undefined;

  /** @param open all that is known of a VP is to be shown */
  constructor(open: (key: string) => void) {
    this.#open = open;
    byId('points', SVGGElement).append(...this.#layers.values());
    new ResizeObserver(([entry]) => this.#resize(entry?.contentRect.width ?? 0)).observe(this.#map);
    for (const kind of ['pointerover', 'focusin']) this.#map.addEventListener(kind, (event) => this.#tell(event));
    for (const kind of ['pointerleave', 'focusout']) this.#map.addEventListener(kind, () => this.#showTip(undefined));
    this.#map.addEventListener('click', ({ target }) => this.#choose(this.#pointAt(target)));
    this.#map.addEventListener('keydown', (event) => this.#key(event));
  }

  /** @param vps those that are meant */
  show(vps: readonly VpReport[]): void {
    const meant = vps.filter(({ metadata }) => metadata?.latitude !== undefined && metadata.longitude !== undefined);
    const keys = new Set(meant.map(({ vp }) => vp));
    let moved = false;
    for (const [key, { element }] of this.#points) {
      if (keys.has(key)) continue;
      element.remove();
      this.#points.delete(key);
      moved = true;
    }
    for (const vp of meant) moved = this.#put(vp) || moved;
    this.#map.toggleAttribute('hidden', this.#points.size === 0);
    if (moved) this.#place();
    this.#letIn();
  }

  /** @returns whether the points must be placed anew */
  #put(vp: VpReport): boolean {
    const point = this.#points.get(vp.vp);
    if (point === undefined) {
      this.#add(vp);
      return true;
    }
    const before = point.vp;
    point.vp = vp;
    if (before.state !== vp.state) {
      this.#draw(point);
      point.element.classList.add('turned');
    }
    return !isSamePlace(before, vp);
  }

  #add(vp: VpReport): void {
    const element = draw('path', { role: 'button', tabindex: '-1' });
    element.addEventListener('animationend', () => element.classList.remove('turned'));
    const point = { element, vp, x: 0, y: 0 };
    this.#points.set(vp.vp, point);
    this.#keys.set(element, vp.vp);
    this.#draw(point);
  }

  #draw({ element, vp }: Point): void {
    setAttribute(element, 'class', `point ${vp.state}`);
    setAttribute(element, 'd', outlines[vp.state]);
    setAttribute(element, 'aria-label', `${vp.vp}, ${vp.state}`);
    const hadFocus = document.activeElement === element;
    this.#layers.get(vp.state)?.append(element);
    if (hadFocus) element.focus();
  }

  #resize(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    this.#place();
  }

  /** Puts every point where it belongs. */
  #place(): void {
    const width = this.#width; // asking the map would have the browser arrange all points for the answer
    if (width === 0) return;
    const south = southFor([...this.#points.values()].map(({ vp }) => vp.metadata?.latitude ?? 0));
    this.#map.style.aspectRatio = `360 / ${NORTH - south}`;
    setAttribute(this.#land, 'transform', `scale(${width / 1_440})`);
    const taken = new Map<string, number>();
    for (const point of this.#points.values()) {
      const [x, y] = placed(point.vp.metadata?.latitude ?? 0, point.vp.metadata?.longitude ?? 0, width);
      const place = `${Math.round(x / 4)},${Math.round(y / 4)}`;
      const others = taken.get(place) ?? 0;
      taken.set(place, others + 1);
      const [distance, angle] = [APART * Math.sqrt(others), others * GOLDEN_ANGLE];
      point.x = Math.round(x + distance * Math.cos(angle));
      point.y = Math.round(y + distance * Math.sin(angle));
      setAttribute(point.element, 'transform', `translate(${point.x} ${point.y})`);
    }
  }

  /** The tabulator leads to one point; the arrows lead on from there. */
  #letIn(point = this.#entry): void {
    const there =
      point !== undefined && this.#points.get(point.vp.vp) === point ? point : [...this.#points.values()][0];
    if (there === this.#entry) return;
    this.#entry?.element.setAttribute('tabindex', '-1');
    there?.element.setAttribute('tabindex', '0');
    this.#entry = there;
  }

  #pointAt(target: EventTarget | null): Point | undefined {
    const key = target instanceof Element ? this.#keys.get(target) : undefined;
    return key === undefined ? undefined : this.#points.get(key);
  }

  #tell({ target }: Event): void {
    this.#showTip(this.#pointAt(target));
  }

  #showTip(point: Point | undefined): void {
    setText(this.#tip, point === undefined ? '' : told(point.vp));
    if (point === undefined) return;
    const isRight = point.x > this.#width / 2;
    setAttribute(this.#tip, 'x', String(point.x + (isRight ? -10 : 10)));
    setAttribute(this.#tip, 'y', String(Math.max(point.y - 8, 16)));
    setAttribute(this.#tip, 'text-anchor', isRight ? 'end' : 'start');
  }

  #choose(point: Point | undefined): void {
    if (point !== undefined) this.#open(point.vp.vp);
  }

  #key(event: KeyboardEvent): void {
    const point = this.#pointAt(event.target);
    if (point === undefined) return;
    const isChosen = event.key === 'Enter' || event.key === ' ';
    if (isChosen || directions.has(event.key)) event.preventDefault();
    if (isChosen) this.#choose(point);
    const next = this.#next(point, event.key);
    if (next !== undefined) {
      this.#letIn(next);
      next.element.focus();
    }
  }

  /** The nearest one in the direction of a key. */
  #next(from: Point, key: string): Point | undefined {
    const [right, down] = directions.get(key) ?? [];
    if (right === undefined || down === undefined) return undefined;
    let [best, nearest]: [Point | undefined, number] = [undefined, Infinity];
    for (const point of this.#points.values()) {
      const [x, y] = [point.x - from.x, point.y - from.y];
      const [along, across] = [x * right + y * down, Math.abs(x * down) + Math.abs(y * right)];
      const distance = along + 2 * across;
      if (along > 0 && across <= 2 * along && distance < nearest) [best, nearest] = [point, distance];
    }
    return best;
  }
}

function isSamePlace({ metadata: a }: VpReport, { metadata: b }: VpReport): boolean {
  return a?.latitude === b?.latitude && a?.longitude === b?.longitude;
}

function told({ vp, state, metadata }: VpReport): string {
  return [`${vp}: ${state}`, metadata?.place, metadata?.cc].filter((part) => part !== undefined).join(', ');
}
