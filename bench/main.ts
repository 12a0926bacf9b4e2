/** The benchmark: `npm run bench`. What it measures and how to read it: docs/performance.md. */
import { existsSync, writeFileSync } from 'node:fs';
import { type Case, cases, casesNamed } from './cases.js';
import { makeCertificate } from './certificate.js';
import { findCores } from './children.js';
import type { Contestant } from './contestant.js';
import { contestants, takingPart } from './contestants.js';
import { withFolder } from './folders.js';
import { newerSource } from './freshness.js';
import { measure } from './measure.js';
import type { Outcome, Surroundings } from './outcome.js';
import { type Machine, describe, machine } from './machine.js';
import { type Settings, settingsFrom, usage } from './settings.js';
import { type Summary, rowOf, summarize, weFailed } from './summary.js';
import { legend, render } from './table.js';
import { canTrace } from './traces.js';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function list(): void {
  say('cases:');
  for (const { name, title } of cases) say(`  ${name.padEnd(18)}${title}`);
  say(`\ncolumns:\n${legend()}`);
}

function chosen({ cases: wanted }: Settings): Case[] {
  return wanted.length === 0 ? [...cases] : wanted.flatMap(casesNamed);
}

/** Contestants take turns, and every other round goes backwards: what changes on the machine meets all alike. */
async function measureInTurns(
  one: Case,
  field: readonly Contestant[],
  around: Surroundings,
): Promise<Map<Contestant, Outcome[]>> {
  const outcomes = new Map<Contestant, Outcome[]>(field.map((contestant) => [contestant, []]));
  for (let round = 0; round < around.settings.rounds; round++) {
    for (const contestant of round % 2 === 0 ? field : field.toReversed()) {
      outcomes.get(contestant)?.push(await measure(contestant, one, around));
    }
  }
  return outcomes;
}

/** What a case cannot do without and this machine has not. */
function missingFor(one: Case, { certificate }: Surroundings): string | undefined {
  if (one.traces !== undefined && !canTrace()) return 'scamper and sc_attach, and the right to send probes';
  return one.load.tls === true && certificate === undefined ? 'openssl, to make a certificate' : undefined;
}

async function runAll(around: Surroundings, all: readonly Contestant[]): Promise<Summary[]> {
  const summaries: Summary[] = [];
  for (const one of chosen(around.settings)) {
    const missing = missingFor(one, around);
    if (missing !== undefined) {
      say(`${one.name}: left out, it takes ${missing}\n`);
      continue;
    }
    const field = takingPart(all, one);
    const outcomes = await measureInTurns(one, field, around);
    const rows = field.map((contestant) => rowOf(contestant, outcomes.get(contestant) ?? []));
    const summary = summarize(one, rows, summaries);
    summaries.push(summary);
    say(render(summary));
  }
  return summaries;
}

function asJson(settings: Settings, where: Machine, summaries: readonly Summary[]): string {
  const results = summaries.map(({ measured, rows, ratios }) => ({
    name: measured.name,
    title: measured.title,
    contestants: rows.map(({ contestant: { label, detail, kind }, outcomes, median }) => ({
      label,
      detail,
      kind,
      median,
      outcomes,
    })),
    ratios,
  }));
  return `${JSON.stringify({ date: new Date().toISOString(), machine: where, settings, cases: results }, undefined, 2)}\n`;
}

async function bench(settings: Settings): Promise<number> {
  if (!existsSync(settings.server)) {
    say(`${settings.server} is not there: run npm run build first`);
    return 1;
  }
  const cores = findCores();
  const where = machine(cores);
  const all = contestants(settings.server, settings.against, settings.peers);
  say(
    `${describe(where)}\n${settings.seconds} s each, ${settings.rounds} rounds, medians; ratios are medians of those within a round\n`,
  );
  const newer = newerSource(settings.server);
  if (newer !== undefined) say(`${newer} was changed after the build: npm run build makes the figures count\n`);
  return withFolder(async (folder) => {
    const certificate = makeCertificate(folder);
    const summaries = await runAll({ settings, cores, certificate }, all);
    if (settings.json !== undefined) writeFileSync(settings.json, asJson(settings, where, summaries));
    return summaries.some(weFailed) ? 1 : 0;
  });
}

async function main(argv: readonly string[]): Promise<number> {
  let settings: Settings;
  try {
    settings = settingsFrom(argv);
  } catch (failure) {
    process.stderr.write(`bench: ${failure instanceof Error ? failure.message : String(failure)}\n${usage}`);
    return 2;
  }
  if (settings.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (settings.list) {
    list();
    return 0;
  }
  return bench(settings);
}

process.exit(await main(process.argv.slice(2)));
