import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import access from '../../../plugins/access/index.js';
import mux from '../../../plugins/mux/index.js';
import tcp from '../../../plugins/tcp/index.js';
import tls from '../../../plugins/tls/index.js';
import unixExport from '../../../plugins/unix-export/index.js';
import zombie from '../../../plugins/zombie/index.js';
import { type SimClient, type SimScamper, type TestBench, startBench } from '../../../testing/index.js';
import { eventually } from '../../plugins/mux/support/eventually.js';
import { localClient, tempDirectory } from '../../plugins/support/local.js';
import { dial, portOf } from '../../plugins/support/remote.js';
import { dialScamper, server, writePair } from '../../plugins/support/tls.js';
import { Random } from '../support/random.js';
import { type Place, call, strangers } from './strangers.js';

/** Connections in all; by hand thousands: HOSTILE=5000. */
const CONNECTIONS = Number(process.env['HOSTILE'] ?? 78);
const isByHand = process.env['HOSTILE'] !== undefined;
const TOGETHER = 32;
/** Seconds that zombies are kept here. */
const KEPT = 2;
const SEED = Date.now() % 1_000_000;

const kinds = Object.values(strangers);

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** A controller with the default plugins and a mux over TLS; the scampers' own port has TLS or not. */
async function besieged(isSecure: boolean): Promise<{ bench: TestBench; directory: string; places: readonly Place[] }> {
  const directory = tempDirectory();
  writePair(directory, server);
  const files = { cert: 'cert.pem', key: 'key.pem' };
  const bench = await startBench(
    [
      [tcp, { listen: '127.0.0.1:0' }],
      ...(isSecure ? [[tls, files] as const] : []),
      [unixExport, { directory: 'sockets' }],
      [mux, { listen: '127.0.0.1:0', tls: files }],
      access,
      [zombie, { time: KEPT, state: '' }],
    ],
    { directory },
  );
  onTestFinished(() => bench.stop());
  const muxPort = Number(bench.log.of('mux.listening')[0]?.fields['port']);
  const places: readonly Place[] = [
    { port: portOf(bench), speaks: isSecure ? 'tls' : 'tcp' },
    { port: muxPort, speaks: 'mux over tls' },
  ];
  return { bench, directory, places };
}

/** A client that measures again and again; how long each took, in milliseconds. */
class Honest {
  readonly latencies: number[] = [];
  readonly #client: SimClient;
  #stopped = false;
  readonly done: Promise<void>;

  constructor(client: SimClient) {
    this.#client = client;
    this.done = this.#work();
  }

  async #work(): Promise<void> {
    for (let id = 1; !this.#stopped; id++) {
      const start = performance.now();
      this.#client.send(`ping 192.0.2.${id % 250}\n`);
      await this.#client.until(`OK id-${id}\n`);
      this.latencies.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.done;
  }
}

async function siege(places: readonly Place[], count: number): Promise<void> {
  const random = new Random(SEED);
  let left = count;
  const line = async (): Promise<void> => {
    while (left > 0) {
      const number = --left;
      const [place, kind] = [places[number % places.length], kinds[(number >> 1) % kinds.length]];
      if (place !== undefined && kind !== undefined) await call(place, kind, random);
    }
  };
  await Promise.all(Array.from({ length: Math.min(TOGETHER, count) }, line));
}

test.each([
  ['TCP', false],
  ['TLS', true],
])(
  'strangers over %s, and over TLS on the mux, neither harm the controller nor the one who is honest',
  async (_name, isSecure) => {
    const { bench, directory, places } = await besieged(isSecure);
    const port = places[0]?.port ?? 0;
    const scamper: SimScamper = isSecure
      ? dialScamper(port, { monitorName: 'honest' })
      : await dial(port, { monitorName: 'honest' });
    await scamper.attach();
    const client = localClient(join(directory, 'sockets', bench.instance().name));
    const honest = new Honest(client);
    await siege(places, Math.min(26, CONNECTIONS)); // what is made once is made
    await eventually(() => bench.controller.figures.arriving === 0, 'all to be refused');
    const before = descriptors();
    const heapBefore = heapWithout(bench, scamper);
    const start = performance.now();
    await siege(places, CONNECTIONS);
    const seconds = (performance.now() - start) / 1000;
    await eventually(() => bench.controller.figures.arriving === 0, 'all to be refused');
    await bench.clock.advance((KEPT + 1) * 1_000); // zombies
    await honest.stop();
    await eventually(() => bench.controller.instances.length === 1, 'nobody but the honest one');
    await eventually(() => descriptors() <= before, 'all descriptors to be closed');
    expect(bench.instance()).toMatchObject({ monitorName: 'honest', state: 'connected' });
    expect(bench.instance().figures().resumes).toBe(0);
    expect(scamper.violation).toBeUndefined();
    expect(client.ended).toBe(false);
    const wrong = bench.log.lines.filter(({ level, fields }) => level === 'error' || fields['code'] === 'SCR_INTERNAL');
    expect(wrong, `seed ${SEED}`).toEqual([]);
    tell({
      seconds,
      latencies: honest.latencies,
      descriptors: [before, descriptors()],
      heap: [heapBefore, heapWithout(bench, scamper)],
    });
  },
  60_000 + 100 * CONNECTIONS,
);

/** Megabytes that live, but for what the tools of the test have noted. */
function heapWithout({ log }: TestBench, { received }: SimScamper): number {
  if (!isByHand) return 0;
  log.lines.length = received.length = 0;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed / 1e6;
}

/** Figures for who runs the long form. */
function tell({ latencies, ...rest }: { readonly latencies: number[] } & Readonly<Record<string, unknown>>): void {
  if (!isByHand) return;
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (part: number): number | undefined => sorted[Math.floor(part * (sorted.length - 1))];
  const shown = {
    connections: CONNECTIONS,
    ...rest,
    measurements: sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    most: at(1),
  };
  process.stdout.write(`${JSON.stringify(shown)}\n`);
}
