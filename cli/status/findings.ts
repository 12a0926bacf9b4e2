import type { StatusReport, VpReport } from '../../plugin-sdk/index.js';

/** In the order of their exit codes, as monitoring systems have them. */
export const levels = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

export type Level = (typeof levels)[number];

/** What was looked at, and what was found. */
export interface Finding {
  readonly name: string;
  readonly level: Level;
  readonly text: string;
  readonly value: number;
  readonly unit?: string;
}

/** From where on something is wrong. */
export interface Thresholds {
  readonly vp?: readonly string[];
  readonly connectedWarning?: number;
  readonly connectedCritical?: number;
  readonly missingWarning?: number;
  readonly missingCritical?: number;
  readonly certificateWarning: number;
  readonly certificateCritical: number;
  readonly descriptorsWarning: number;
  readonly descriptorsCritical: number;
}

/** The worst of them; what is not known is no comfort. */
export function worstOf(findings: readonly Finding[]): Level {
  const order: readonly Level[] = ['OK', 'UNKNOWN', 'WARNING', 'CRITICAL'];
  return order[Math.max(0, ...findings.map(({ level }) => order.indexOf(level)))] ?? 'UNKNOWN';
}

export function findingsOf(status: StatusReport, vps: readonly VpReport[], thresholds: Thresholds): readonly Finding[] {
  return [
    readiness(status),
    ...counts(status, thresholds),
    ...(thresholds.vp ?? []).map((name) => ofVp(name, vps)),
    ...certificates(status, thresholds),
    ...descriptors(status, thresholds),
    ...reload(status),
  ];
}

function readiness({ readiness: { ready, reason = '' } }: StatusReport): Finding {
  const text = ready ? 'it serves scampers' : `it does not serve scampers: ${reason}`;
  return { name: 'ready', level: ready ? 'OK' : 'CRITICAL', text, value: Number(ready) };
}

function counts({ vps }: StatusReport, thresholds: Thresholds): readonly Finding[] {
  const {
    connectedWarning = 0,
    connectedCritical = 0,
    missingWarning = Infinity,
    missingCritical = Infinity,
  } = thresholds;
  const missing = vps.away + vps.lost + vps.never;
  return [
    {
      name: 'connected',
      level: levelOf(vps.connected < connectedWarning, vps.connected < connectedCritical),
      text: `${vps.connected} VPs connected`,
      value: vps.connected,
    },
    {
      name: 'missing',
      level: levelOf(missing >= missingWarning, missing >= missingCritical),
      text: `${vps.away} away, ${vps.lost} lost, ${vps.never} never seen`,
      value: missing,
    },
  ];
}

function ofVp(name: string, vps: readonly VpReport[]): Finding {
  const vp = vps.find((one) => one.vp === name);
  const state = vp?.state ?? 'not known';
  const since = vp?.since === undefined ? '' : ` since ${vp.since}`;
  const why = vp?.state === 'connected' || vp?.reason === undefined ? '' : ` (${vp.reason.code}: ${vp.reason.text})`;
  const isThere = state === 'connected';
  return {
    name,
    level: levelOf(!isThere, !isThere && state !== 'away'),
    text: `${name} is ${state}${since}${why}`,
    value: Number(isThere),
  };
}

function certificates({ certificates: all }: StatusReport, thresholds: Thresholds): readonly Finding[] {
  return all.map(({ plugin, subject, daysLeft }) => ({
    name: `certificate of ${plugin}`,
    level: levelOf(daysLeft < thresholds.certificateWarning, daysLeft < thresholds.certificateCritical),
    text: `the certificate of ${plugin} (${subject}) ${daysLeft < 0 ? 'has expired' : `ends in ${daysLeft} days`}`,
    value: daysLeft,
    unit: 'd',
  }));
}

function descriptors({ process }: StatusReport, thresholds: Thresholds): readonly Finding[] {
  const { openDescriptors: open, maxDescriptors: most } = process;
  if (open === undefined || most === undefined) return [];
  const percent = Math.round((100 * open) / most);
  const level = levelOf(percent >= thresholds.descriptorsWarning, percent >= thresholds.descriptorsCritical);
  return [{ name: 'descriptors', level, text: `${open} of ${most} descriptors are open`, value: percent, unit: '%' }];
}

function reload({ reload: last }: StatusReport): readonly Finding[] {
  if (last === undefined) return [];
  const text = last.successful
    ? 'the last reload was taken'
    : `the last reload, at ${last.at}, was not taken by all: see the log`;
  return [{ name: 'reload', level: levelOf(!last.successful, false), text, value: Number(last.successful) }];
}

function levelOf(isWarning: boolean, isCritical: boolean): Level {
  if (isCritical) return 'CRITICAL';
  return isWarning ? 'WARNING' : 'OK';
}
