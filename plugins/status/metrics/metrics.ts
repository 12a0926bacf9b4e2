import type { StatusReport, VpReport } from '../../../plugin-sdk/index.js';
import { MetricsText, type Sample } from './text.js';

/** What Prometheus reads. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** @param series how many VPs have series of their own: those with a monitor name first */
export function metricsOf(status: StatusReport, vps: readonly VpReport[], series: number): string {
  const text = new MetricsText();
  fleet(text, status);
  refusals(text, status);
  configuration(text, status);
  machine(text, status);
  const named = [...vps].sort((a, b) => Number(b.monitorName !== undefined) - Number(a.monitorName !== undefined));
  each(text, named.slice(0, series));
  text.gauge('sc_remoted_vps_overflow', 'VPs without series of their own, because there are too many.', [
    [Math.max(0, vps.length - series)],
  ]);
  return text.toString();
}

function fleet(text: MetricsText, { vps, clients, attached, lost, ...status }: StatusReport): void {
  const states = Object.entries(vps).map(([state, count]): Sample => [count, { state }]);
  text
    .gauge('sc_remoted_build_info', 'The version of the controller and of Node.js.', [
      [1, { version: status.version ?? '', node: status.node }],
    ])
    .gauge('sc_remoted_ready', 'Whether scampers can be served.', [[Number(status.readiness.ready)]])
    .gauge('sc_remoted_vps', 'Vantage points by state.', states)
    .counter('sc_remoted_attached_total', 'Instances that attached.', [
      [attached.new, { kind: 'new' }],
      [attached.resumed, { kind: 'resumed' }],
    ])
    .counter('sc_remoted_lost_total', 'Connections of instances that were lost, by code.', byCode(lost))
    .gauge('sc_remoted_clients', 'Clients that are attached.', [[clients]])
    .counter(
      'sc_remoted_clients_dropped_total',
      'Clients that were disconnected, by code.',
      byCode(status.droppedClients),
    )
    .counter('sc_remoted_relayed_bytes_total', 'Octets of results and of commands.', [
      [status.bytesFromInstances, { direction: 'from_instances' }],
      [status.bytesToInstances, { direction: 'to_instances' }],
    ])
    .gauge('sc_remoted_waiting_bytes', 'Octets that wait to be taken.', [
      [status.waiting.instances, { for: 'instances' }],
      [status.waiting.clients, { for: 'clients' }],
    ]);
}

function byCode(counts: readonly { readonly code: string; readonly count: number }[]): Sample[] {
  return counts.map(({ code, count }) => [count, { code }]);
}

function refusals(text: MetricsText, { arriving, refused, refusedClients }: StatusReport): void {
  text
    .gauge('sc_remoted_arriving', 'Connections that are not attached yet.', [[arriving]])
    .counter(
      'sc_remoted_refused_total',
      'Connections that did not become instances, by step and code.',
      refused.map(({ step, code, count }) => [count, { step, code }]),
    )
    .counter('sc_remoted_clients_refused_total', 'Clients that were not let in, by code.', byCode(refusedClients));
}

function configuration(text: MetricsText, { reload, certificates }: StatusReport): void {
  const seconds = (iso: string): number => Date.parse(iso) / 1_000;
  if (reload !== undefined) {
    text.gauge('sc_remoted_config_last_reload_successful', 'Whether the last reload was taken by all.', [
      [Number(reload.successful)],
    ]);
    const { lastSuccess } = reload;
    const name = 'sc_remoted_config_last_reload_success_timestamp_seconds';
    if (lastSuccess !== undefined) text.gauge(name, 'When a reload last was.', [[seconds(lastSuccess)]]);
  }
  text.gauge(
    'sc_remoted_tls_not_after_timestamp_seconds',
    'When a certificate ends.',
    certificates.map(({ plugin, subject, notAfter }, index) => [seconds(notAfter), { plugin, index, subject }]),
  );
}

function machine(text: MetricsText, { startedAt, process }: StatusReport): void {
  const { p50, p99, max } = process.eventLoopDelay;
  text
    .summary('sc_remoted_event_loop_delay_seconds', 'How late the event loop is.', [
      [p50, { quantile: '0.5' }],
      [p99, { quantile: '0.99' }],
      [max, { quantile: '1' }],
    ])
    .counter('process_cpu_seconds_total', 'Processor time of the process.', [[process.cpuSeconds]])
    .gauge('process_resident_memory_bytes', 'Resident memory of the process.', [[process.residentBytes]])
    .gauge('process_open_fds', 'Open file descriptors.', optional(process.openDescriptors))
    .gauge('process_max_fds', 'File descriptors that may be open.', optional(process.maxDescriptors))
    .gauge('process_start_time_seconds', 'When the controller started.', [[Date.parse(startedAt) / 1_000]]);
}

function optional(value: number | undefined): Sample[] {
  return value === undefined ? [] : [[value]];
}

/** One that is lost stays, as 0: an alert on a series that vanishes would not fire. */
function each(text: MetricsText, vps: readonly VpReport[]): void {
  const samples = (value: (vp: VpReport) => number | undefined): Sample[] =>
    vps.flatMap((vp) => {
      const found = value(vp);
      return found === undefined ? [] : [[found, { vp: vp.vp }] as const];
    });
  text
    .gauge(
      'sc_remoted_vp_up',
      'Whether the VP is connected.',
      samples(({ state }) => Number(state === 'connected')),
    )
    .gauge(
      'sc_remoted_vp_last_seen_timestamp_seconds',
      'When the VP was last connected.',
      samples(({ lastSeen }) => (lastSeen === undefined ? undefined : Date.parse(lastSeen) / 1_000)),
    )
    .counter(
      'sc_remoted_vp_reconnects_total',
      'How often the VP came back.',
      samples(({ reconnects }) => reconnects),
    )
    .gauge(
      'sc_remoted_vp_clients',
      'Clients of the VP.',
      samples(({ instance }) => instance?.clients ?? 0),
    )
    .gauge(
      'sc_remoted_vp_round_trip_seconds',
      'The last time between a message to the VP and its acknowledgement.',
      samples(({ instance }) => (instance?.roundTrip === undefined ? undefined : instance.roundTrip / 1_000)),
    )
    .gauge(
      'sc_remoted_vp_info',
      'What is known of the VP.',
      vps.map(({ vp, metadata = { tags: [] } }) => {
        const { cc = '', place = '', asn4, asn6 } = metadata;
        return [1, { vp, cc, asn: asn4 ?? asn6 ?? '', place }];
      }),
    );
}
