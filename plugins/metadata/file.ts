import { isUtf8 } from 'node:buffer';
import { type BigIntStats, constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ErrorSpec, ScrError } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import type { Found } from './facts.js';
import { type Gathered, type Vps, gather } from './gather.js';
import { readJson } from './json.js';
import { FILE_LIMIT, TooMuch, YAML_LIMIT } from './limits.js';
import { factsIn } from './structure.js';
import { readText } from './text.js';
import { readYaml } from './yaml.js';

/** How the octets of a file are read. */
interface Form {
  /** Octets. */
  readonly limit: number;
  /** @throws Error with the line, where nothing can be used */
  readonly read: (bytes: Buffer) => Iterable<Found> | Promise<Iterable<Found>>;
}

const text: Form = { limit: FILE_LIMIT, read: readText };
const json: Form = { limit: FILE_LIMIT, read: (bytes) => factsIn(readJson(bytes.toString())) };
const yaml: Form = { limit: YAML_LIMIT, read: async (bytes) => factsIn(await readYaml(bytes.toString())) };
const forms: ReadonlyMap<string, Form> = new Map([
  ['.json', json],
  ['.yaml', yaml],
  ['.yml', yaml],
]);

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** What a file holds, and which state of the file that is. */
export interface Loaded extends Gathered {
  readonly version: string;
}

/**
 * Reads a file of metadata. @param file as messages name it @param before what was known; it stays where it is equal
 * @throws ScrError SCR_METADATA_FILE, SCR_METADATA_SIZE, SCR_METADATA_BROKEN
 */
export async function loadFile(path: string, file: string, before: Vps): Promise<Loaded> {
  const form = forms.get(extname(path).toLowerCase()) ?? text;
  const { bytes, version } = await contentsOf(path, form).catch(saying(errors.SCR_METADATA_FILE, file));
  const gathered = await gatherFrom(bytes, form, before).catch(saying(errors.SCR_METADATA_BROKEN, file));
  return { ...gathered, version };
}

function saying(spec: ErrorSpec, file: string): (cause: unknown) => never {
  return (cause) => {
    throw new ScrError(cause instanceof TooMuch ? errors.SCR_METADATA_SIZE : spec, file, { cause });
  };
}

async function gatherFrom(bytes: Buffer, form: Form, before: Vps): Promise<Gathered> {
  const gathered = await gather(await form.read(textIn(bytes)), before);
  const [first] = gathered.mistakes;
  if (gathered.vps.size > 0 || first === undefined) return gathered;
  // Nothing is right: it is another file than was meant.
  throw new Error(`line ${first.line}: ${first.wrong}`);
}

/** The octets without a mark in front. @throws Error with the line that is not UTF-8 */
function textIn(bytes: Buffer): Buffer {
  if (!isUtf8(bytes)) throw new Error(`line ${lineThatIsNot(bytes)}: it is not UTF-8`);
  const isMarked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}

function lineThatIsNot(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const newline = bytes.indexOf('\n', start);
    if (newline < 0 || !isUtf8(bytes.subarray(start, newline))) return line;
    start = newline + 1;
  }
}

async function contentsOf(path: string, { limit }: Form): Promise<{ bytes: Buffer; version: string }> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe must not hold it up
  try {
    const info = await handle.stat({ bigint: true });
    if (!info.isFile()) throw new Error('it is not a regular file');
    // It may grow meanwhile, or have no size as those in /proc.
    const bytes = await buffer(handle.createReadStream({ end: limit, autoClose: false }));
    if (bytes.length > limit) throw new TooMuch(`more than ${limit} bytes${limit === YAML_LIMIT ? ' of YAML' : ''}`);
    return { bytes, version: versionIn(info) };
  } finally {
    await handle.close();
  }
}

/** Which state of a file this is: another one when it was written to, replaced, or may be read now. */
export async function versionOf(path: string): Promise<string> {
  try {
    return versionIn(await stat(path, { bigint: true }));
  } catch {
    return 'none';
  }
}

function versionIn({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}
