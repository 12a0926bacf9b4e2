import { isDeepStrictEqual } from 'node:util';
import type { VpMetadata } from '../../plugin-sdk/index.js';
import { type Kinds, type Singles, isSingle, kinds } from './attributes.js';
import { shown } from './facts.js';
import { VALUE_LIMIT, VP_VALUES_LIMIT } from './limits.js';

const ATTRIBUTE = /^[A-Za-z0-9._:-]{1,64}$/;
/** A NUL would end the text in a frame of a mux, a line feed the line of a log; half a pair is no character. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;
/** What a mux sends around each value: the number of the attribute, and a NUL. */
const AROUND = 3;

/** What is known of a VP so far. */
export class Draft {
  readonly #singles: Partial<Singles> = {};
  readonly #tags = new Set<string>();
  readonly #other = new Map<string, string[]>();
  #octets = 0;

  get isEmpty(): boolean {
    return this.#octets === 0;
  }

  /** Takes what a line says. @returns what is wrong with that */
  add(attribute: string, value: string): string | undefined {
    if (!ATTRIBUTE.test(attribute))
      return `${shown(attribute)} is no attribute: these have letters, digits and . _ : -`;
    const key = attribute.toLowerCase();
    const text = value.trim();
    const octets = Buffer.byteLength(text);
    if (text === '') return `${key} has no value`;
    if (octets > VALUE_LIMIT) return `${key} is longer than ${VALUE_LIMIT} bytes`;
    if (UNFIT.test(text)) return `${key} has control characters`;
    if (this.#octets + octets + AROUND > VP_VALUES_LIMIT) return `${key} is too much: this VP has as much as is taken`;
    if (isSingle(key)) return this.#set(key, text);
    this.#count(text);
    if (key === 'tag') this.#tags.add(ownText(text));
    else this.#addOther(key, ownText(text));
    return undefined;
  }

  /** The last one holds, as in the C sc_remoted. */
  #set<K extends keyof Singles>(key: K, text: string, kind: Kinds[K] = kinds[key]): string | undefined {
    const value = kind.read(ownText(text));
    if (value === undefined) return `${key} is ${shown(text)}, not ${kind.expected}`;
    const before = this.#singles[key];
    this.#singles[key] = value;
    this.#count(text);
    const isNew = before === undefined || isDeepStrictEqual(before, value);
    return isNew ? undefined : `${key} was another in a line before; this one holds`;
  }

  #addOther(key: string, text: string): void {
    const values = this.#other.get(key);
    if (values === undefined) this.#other.set(key, [text]);
    else values.push(text);
  }

  #count(text: string): void {
    this.#octets += Buffer.byteLength(text) + AROUND;
  }

  finish(): VpMetadata {
    const tags = Object.freeze([...this.#tags]);
    return Object.freeze({
      ...this.#singles,
      tags,
      other: this.#other.size === 0 ? NOTHING_ELSE : asObject(this.#other),
    });
  }
}

type Other = VpMetadata['other'];

/** Without prototype: an attribute may be called `constructor`. */
function asObject(values: Iterable<readonly [string, readonly string[]]>): Other {
  const object = Object.create(null) as Record<string, readonly string[]>;
  for (const [key, texts] of values) object[key] = Object.freeze(texts);
  return Object.freeze(object);
}

/** Most VPs share it. */
const NOTHING_ELSE = asObject([]);

/** A text that does not keep the larger one in memory that it is a part of. */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
