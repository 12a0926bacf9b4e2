import { Random } from './random.js';

export type Seeds = readonly [Buffer, ...Buffer[]];

type Mutator = (bytes: Buffer, random: Random, seeds: Seeds) => Buffer;

/** Octets of an input; longer ones are cut. */
const LONGEST = 8_192;

/** Numbers at which something may turn over. */
const INTERESTING: readonly [number, ...number[]] = [
  0, 1, 2, 7, 8, 10, 12, 127, 128, 255, 256, 511, 512, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffffe, 0xffffffff,
];

function place(bytes: Buffer, random: Random): number {
  return random.below(bytes.length + 1);
}

/** A piece that begins somewhere; short ones are likelier. */
function range(bytes: Buffer, random: Random): readonly [start: number, end: number] {
  const start = place(bytes, random);
  const length = random.below(4) === 0 ? random.below(bytes.length + 1) : random.below(16);
  return [start, Math.min(bytes.length, start + length)];
}

const flip: Mutator = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};

const setOctet: Mutator = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy[random.below(copy.length)] = random.below(256);
  return copy;
};

const setNumber: Mutator = (bytes, random) => {
  const size = random.pick([1, 2, 4]);
  if (bytes.length < size) return bytes;
  const copy = Buffer.from(bytes);
  const value = random.pick(INTERESTING) % 2 ** (8 * size);
  copy.writeUIntBE(value, random.below(copy.length - size + 1), size);
  return copy;
};

const truncate: Mutator = (bytes, random) => bytes.subarray(0, place(bytes, random));

const remove: Mutator = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
};

const repeat: Mutator = (bytes, random) => {
  const [start, end] = range(bytes, random);
  const times = random.below(16) === 0 ? 64 : 1 + random.below(4);
  const copies = Array.from({ length: times }, () => bytes.subarray(start, end));
  return Buffer.concat([bytes.subarray(0, end), ...copies, bytes.subarray(end)]);
};

const insert: Mutator = (bytes, random) => {
  const at = place(bytes, random);
  const junk = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)));
  return Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at)]);
};

/** The beginning of this one, the end of another. */
const splice: Mutator = (bytes, random, seeds) => {
  const other = random.pick(seeds);
  return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))]);
};

const append: Mutator = (bytes, random, seeds) => Buffer.concat([bytes, random.pick(seeds)]);

const mutators = [flip, setOctet, setNumber, truncate, remove, repeat, insert, splice, append] as const;

/** Input number `index` of a run: it hangs on nothing else, so it can be had again. */
export function inputOf(seeds: Seeds, seed: number, index: number): Buffer {
  const random = new Random(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
  let bytes = random.pick(seeds);
  for (let left = 1 + random.below(6); left > 0; left--) bytes = random.pick(mutators)(bytes, random, seeds);
  return Buffer.from(bytes.subarray(0, LONGEST));
}

/** The input as the network may bring it: in reads that hang on the octets alone. */
export function torn(bytes: Buffer): Buffer[] {
  const random = new Random(bytes.length ^ ((bytes[0] ?? 0) << 8) ^ ((bytes.at(-1) ?? 0) << 16));
  const pieces: Buffer[] = [];
  const most = random.pick([1, 3, 16, 256]);
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random.below(most);
    pieces.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}
