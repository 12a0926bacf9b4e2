import {
  type ControllerFigures,
  type InstanceView,
  type Metadata,
  type PluginController,
  type Reloading,
  metadata,
  type CertificateReport,
  type ReloadReport,
  type StatusReport,
  type VpReport,
  type VpState,
} from '../../plugin-sdk/index.js';
import type { ProcessFigures } from './process.js';
import { readinessOf } from './readiness.js';
import type { Totals } from './totals.js';
import { isoOf, reportOf } from './vps/report.js';
import type { Roll } from './vps/roll.js';
import type { Vp } from './vps/vp.js';

const DAY = 86_400_000;

/** What the faces read: all of them the same. */
export class Snapshot {
  readonly #controller: PluginController<never>;
  readonly #roll: Roll;
  readonly #totals: Totals;
  readonly #process: ProcessFigures;
  readonly #startedAt: Date;
  #reload: ReloadReport | undefined;

  constructor(controller: PluginController<never>, roll: Roll, totals: Totals, process: ProcessFigures) {
    this.#controller = controller;
    this.#roll = roll;
    this.#totals = totals;
    this.#process = process;
    this.#startedAt = controller.clock.date();
  }

  reloaded({ applied, kept, at }: Reloading): void {
    const successful = applied && kept.length === 0;
    const lastSuccess = successful ? at.toISOString() : this.#reload?.lastSuccess;
    this.#reload = { at: at.toISOString(), successful, ...(lastSuccess !== undefined && { lastSuccess }) };
  }

  /** @returns undefined where nothing is known of it */
  vp(key: string): VpReport | undefined {
    const vp = this.#roll.get(key);
    return vp === undefined ? undefined : this.#report(vp);
  }

  /** All, by their keys. */
  vps(): VpReport[] {
    const all = [...this.#roll.all()].map((vp) => this.#report(vp));
    return all.sort((a, b) => (a.vp < b.vp ? -1 : Number(a.vp > b.vp)));
  }

  #report(vp: Vp): VpReport {
    return reportOf(vp, this.#roll, this.#metadata, this.#now);
  }

  async status(): Promise<StatusReport> {
    const { about, facts, arriving, refusals, refusedClients, state } = this.#controller.figures();
    const instances = this.#controller.instances();
    const sums = sumsOf(instances);
    const bytes = this.#totals.with(sums);
    const process = await this.#process.now();
    const { fresh, resumed, lost, dropped } = this.#totals;
    const reload = this.#reload;
    return {
      at: isoOf(this.#now),
      startedAt: this.#startedAt.toISOString(),
      ...(typeof about['version'] === 'string' && { version: about['version'] }),
      node: globalThis.process.version,
      pid: globalThis.process.pid,
      readiness: readinessOf({ state, facts }, process),
      vps: this.#counts(),
      clients: sums.clients,
      bytesFromInstances: bytes.from,
      bytesToInstances: bytes.to,
      rate: this.#totals.rate(bytes),
      waiting: { instances: sums.held, clients: sums.waiting },
      arriving,
      attached: { new: fresh, resumed },
      lost: lost.all(),
      refused: refusals,
      refusedClients,
      droppedClients: dropped.all(),
      ...(reload !== undefined && { reload }),
      certificates: this.#certificates(facts),
      listening: listeningIn(facts),
      process,
    };
  }

  /** For the service manager. */
  inOneLine(): string {
    const { connected, away, lost } = this.#counts();
    return `${connected} VPs connected, ${away} away, ${lost} lost`;
  }

  #counts(): Record<VpState, number> {
    const counts = { connected: 0, away: 0, lost: 0, never: 0 };
    for (const { state } of this.#roll.all()) counts[state]++;
    return counts;
  }

  #certificates(facts: ControllerFigures['facts']): CertificateReport[] {
    return facts
      .filter(({ name }) => name === 'certificates')
      .flatMap(({ plugin, values }) =>
        values.map(({ file, subject, notAfter }) => ({
          plugin,
          file: String(file),
          subject: String(subject),
          notAfter: String(notAfter),
          daysLeft: Math.floor((Date.parse(String(notAfter)) - this.#now) / DAY),
        })),
      );
  }

  get #now(): number {
    return this.#controller.clock.date().getTime();
  }

  get #metadata(): Metadata | undefined {
    return this.#controller.use(metadata);
  }
}

/** Over all instances, each asked once. */
function sumsOf(instances: readonly InstanceView[]) {
  const sums = { from: 0, to: 0, held: 0, clients: 0, waiting: 0 };
  for (const instance of instances) {
    const { bytesFromInstance, bytesToInstance, held } = instance.figures();
    const channels = instance.channels();
    sums.from += bytesFromInstance;
    sums.to += bytesToInstance;
    sums.held += held;
    sums.clients += channels.length;
    for (const channel of channels) sums.waiting += channel.figures().waiting;
  }
  return sums;
}

function listeningIn(facts: ControllerFigures['facts']): StatusReport['listening'] {
  const places = facts.filter(({ name }) => name === 'listening');
  return places.flatMap(({ plugin, values }) =>
    values.map(({ address, port, path }) => ({
      plugin,
      at: path === undefined ? joined(address, port) : String(path),
    })),
  );
}

function joined(address: unknown, port: unknown): string {
  const host = String(address);
  return host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}
