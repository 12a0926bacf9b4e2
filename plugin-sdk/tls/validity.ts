import type { X509Certificate } from 'node:crypto';
import type { PluginController } from '../../core/contract/plugin.js';
import { onOneLine, subjectIn } from './identity.js';

/** A certificate, and the file it came from. */
export interface Loaded {
  readonly file: string;
  readonly certificate: X509Certificate;
}

const DAY = 86_400_000;
/** So many days before its end a certificate is warned of. */
const EARLY = 30;

/** What the log tells of a certificate. */
export function certificateFields({ file, certificate }: Loaded) {
  const { issuer, validFrom, validTo } = certificate;
  const [notBefore, notAfter] = [isoOf(validFrom), isoOf(validTo)];
  return { file, subject: subjectIn(certificate), issuer: onOneLine(issuer), notBefore, notAfter };
}

/** Warns of each certificate that is not valid, or not for long: when it is given, and again each day. */
export class ValidityWatch {
  readonly #controller: Pick<PluginController, 'clock' | 'log'>;
  #loaded: readonly Loaded[] = [];

  constructor(controller: Pick<PluginController, 'clock' | 'log'>) {
    this.#controller = controller;
  }

  /** Begins to look each day. @returns what ends it */
  begin(): () => void {
    const timer = this.#controller.clock.every(DAY, () => this.#look());
    return () => timer.cancel();
  }

  /** Takes these in the place of those before, and looks at them. */
  watch(loaded: readonly Loaded[]): void {
    this.#loaded = loaded;
    this.#look();
  }

  #look(): void {
    const now = this.#controller.clock.date().getTime();
    for (const one of this.#loaded) {
      const fault = faultOf(one.certificate, now);
      if (fault === undefined) continue;
      const fields = { event: 'tls.validity', ...certificateFields(one) };
      this.#controller.log.warn(fields, `the certificate in ${one.file} ${fault}: put a valid one there and reload`);
    }
  }
}

function faultOf({ validFrom, validTo }: X509Certificate, now: number): string | undefined {
  const left = Date.parse(validTo) - now;
  if (left < 0) return `has expired (${isoOf(validTo)})`;
  if (now < Date.parse(validFrom)) return `is not valid yet (before ${isoOf(validFrom)})`;
  return left < EARLY * DAY ? `expires in ${daysIn(left)} (${isoOf(validTo)})` : undefined;
}

function daysIn(time: number): string {
  const days = Math.floor(time / DAY);
  return days === 1 ? '1 day' : `${days} days`;
}

/** The text itself where it is no date: an authority can write anything. */
function isoOf(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}
