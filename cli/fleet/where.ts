import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { ClientError, type Endpoint, type Path, credentialFault } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import { cliErrors } from '../errors.js';
import { muxPathOf, resolveSettings } from '../settings.js';

/** What the command line says of the controller. */
export interface MuxFlags {
  readonly mux?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly ca?: string;
}

const DEFAULT_PATH = 'scamper-remote-mux';
/** `[tcp://|tls://]host:port`; what has a slash is a path. */
const ENDPOINT = /^(?:(tcp|tls):\/\/)?(?:\[([\da-f:.]+)\]|([^\s/:[\]]+)):(\d{1,5})$/i;

/** Where a mux is that is written as `--mux` takes it. @returns undefined where it is written wrongly */
export function muxIn(text: string): Path | Endpoint | undefined {
  const [whole, scheme = 'tcp', six, name, digits] = ENDPOINT.exec(text) ?? [];
  if (whole === undefined) return text === '' || /^[a-z]+:\/\//i.test(text) ? undefined : { path: text };
  const port = Number(digits);
  const host = six ?? name ?? '';
  if (port < 1 || port > 65_535 || (six !== undefined && isIP(six) !== 6)) return undefined;
  return { host, port, tls: scheme.toLowerCase() === 'tls' };
}

/** The mux that the flags name; else the one of the configuration file, of SC_REMOTED_MUX, or the default path. */
export async function findMux(flags: MuxFlags): Promise<Path | Endpoint> {
  const text = flags.mux ?? (await usualMux());
  const where = muxIn(text);
  if (where === undefined) throw new ScrError(cliErrors.SCR_MUX_ADDRESS, text);
  const hasTls = 'host' in where && where.tls === true;
  const given = flags.certificate ?? flags.privateKey ?? flags.ca;
  if (given !== undefined && !hasTls) throw new ScrError(cliErrors.SCR_MUX_ADDRESS, `${text}, with certificates`);
  return hasTls ? { ...where, tls: tlsOf(flags) } : where;
}

async function usualMux(): Promise<string> {
  const configured = muxPathOf(await resolveSettings({ tailor: [] }, process.cwd()));
  const { SC_REMOTED_MUX: named = '' } = process.env;
  return configured ?? (named === '' ? DEFAULT_PATH : named);
}

function tlsOf({ certificate, privateKey, ca }: MuxFlags) {
  if ((certificate === undefined) !== (privateKey === undefined)) throw new ScrError(cliErrors.SCR_FLAG_TLS);
  const files = { cert: certificate, key: privateKey, ca };
  const tls: ConnectionOptions = {
    ...(certificate !== undefined && { cert: contentOf(certificate) }),
    ...(privateKey !== undefined && { key: contentOf(privateKey) }),
    ...(ca !== undefined && { ca: contentOf(ca) }),
  };
  const fault = credentialFault(tls);
  if (fault === undefined) return tls;
  throw new ClientError('SCR_MUX_CREDENTIALS', files[fault.option], { reason: fault.reason });
}

/** What a file holds that was named on the command line; `-` is standard input. @throws ScrError SCR_INPUT_FILE */
export function contentOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_INPUT_FILE, file, { cause });
  }
}
