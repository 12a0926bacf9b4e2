import { join, parse } from 'node:path';
import type { SonicBoom, SonicBoomOpts } from 'sonic-boom';
import { ScrError } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** When a new file is begun, and how many are kept. */
export interface Rotation {
  readonly size: string;
  readonly every?: 'daily' | 'hourly' | undefined;
  readonly keep: number;
}

const usual: Rotation = { size: '100m', keep: 20 };

/** What the options ask for; undefined where they ask for none. */
export function rotationIn({
  size,
  every,
  keep,
}: { readonly [K in keyof Rotation]?: Rotation[K] | undefined }): Rotation | undefined {
  if (size === undefined && every === undefined && keep === undefined) return undefined;
  return { size: size ?? usual.size, every, keep: keep ?? usual.keep };
}

/**
 * `audit.log` becomes audit.1.log, audit.2.log and so on; the highest number is the present one.
 * @throws ScrError SCR_AUDIT_PINO_ROLL
 */
export async function rotating(
  file: string,
  { size, every, keep }: Rotation,
  options: SonicBoomOpts,
): Promise<SonicBoom> {
  const { default: roll } = await pinoRoll();
  const { dir, name, ext } = parse(file);
  return roll({
    ...options,
    file: join(dir, name),
    extension: ext,
    size,
    limit: { count: keep, removeOtherLogFiles: true },
    ...(every !== undefined && { frequency: every }),
  });
}

/** It is optional: most have logrotate. */
async function pinoRoll() {
  try {
    return await import('pino-roll');
  } catch (cause) {
    throw new ScrError(errors.SCR_AUDIT_PINO_ROLL, undefined, { cause });
  }
}
