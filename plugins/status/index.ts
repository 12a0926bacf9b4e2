import { isDeepStrictEqual } from 'node:util';
import { definePlugin, logControl, statusLine, systemdDirectory } from '../../plugin-sdk/index.js';
import { schema } from './api-schema.js';
import { remembered } from './duration.js';
import { Events } from './events.js';
import { Live } from './http/live.js';
import type { Faces } from './http/routes.js';
import { setLog } from './log-wish.js';
import { metricsOf } from './metrics/metrics.js';
import { page } from './page/page.js';
import { endpointFor, openControl, openPage } from './places.js';
import { ProcessFigures } from './process.js';
import { Snapshot } from './snapshot.js';
import { Totals } from './totals.js';
import { forgetful, keepRoll } from './vps/memory.js';
import { Roll } from './vps/roll.js';
import { watch } from './watch.js';

function defaultSocket(): string {
  const directory = systemdDirectory('RUNTIME_DIRECTORY');
  return directory === '' ? 'scamper-remote-control' : `${directory}/control`;
}

/** Shows which VPs are there, which are not, since when and why: as a page, JSON, metrics, and to commands. */
export default definePlugin({
  name: 'status',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      socket: {
        type: 'string',
        description:
          'the control socket, HTTP over a unix socket for this user alone; by default `control` in what systemd names in `RUNTIME_DIRECTORY`, else `scamper-remote-control`; empty for none',
      },
      listen: {
        type: ['string', 'integer'],
        minimum: 0,
        maximum: 65_535,
        description: '`port` or `ip:port` for browsers and Prometheus, to look only; a port alone is on 127.0.0.1',
      },
      hosts: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description: 'names under which `listen` is asked, behind a reverse proxy say, beside those of loopback',
      },
      insecure: {
        type: 'boolean',
        default: false,
        description: 'allows `listen` on an address that is not loopback: whoever reaches it sees the fleet',
      },
      remember: {
        type: 'string',
        pattern: '^[0-9]{1,5}[smhd]?$',
        default: '30d',
        description: 'how long a lost VP is remembered: `30d`, `12h`',
      },
      state: {
        type: 'string',
        description:
          'a directory in which the VPs are remembered over a restart; by default what systemd names in `STATE_DIRECTORY`, or none; empty for none',
      },
      series: {
        type: 'integer',
        minimum: 0,
        maximum: 100_000,
        default: 2_000,
        description: 'how many VPs have series of their own in the metrics',
      },
    },
  },
  setup(controller, options) {
    const { hooks, clock, log } = controller;
    let { series } = options;
    let keepFor = remembered(options.remember);
    const roll = new Roll();
    const totals = new Totals(clock);
    const events = new Events();
    const figures = new ProcessFigures();
    const snapshot = new Snapshot(controller, roll, totals, figures);
    const directory = options.state ?? systemdDirectory('STATE_DIRECTORY');
    const memory = directory === '' ? forgetful : keepRoll(controller, roll, controller.resolvePath(directory));
    const sources = {
      status: () => snapshot.status(),
      vps: () => snapshot.vps(),
      vp: (key: string) => snapshot.vp(key),
      events: (count: number, after: number) => events.latest(count, after),
    };
    const live = new Live(clock, sources);
    const faces: Faces = {
      ...sources,
      live,
      page: () => page,
      metrics: async () => metricsOf(await snapshot.status(), snapshot.vps(), series),
      schema: () => schema,
      forget(key) {
        const forgot = roll.forget(key);
        if (forgot) memory.forget(key);
        live.touch(key);
        return forgot;
      },
      log: (wish) => setLog(controller.use(logControl), wish),
    };
    controller.provide(statusLine, () => snapshot.inOneLine());
    watch(controller, { roll, totals, events, snapshot, memory, live }, () => keepFor);
    hooks.start.tap(() => figures.begin());

    const socket = options.socket ?? defaultSocket();
    if (socket !== '') {
      hooks.start.tap({ place: 'first' }, () => openControl(controller, faces, controller.resolvePath(socket)));
    }
    const { listen, hosts, insecure } = options;
    const place = listen === undefined ? undefined : { listen, hosts, insecure };
    const endpoint = place === undefined ? undefined : endpointFor(place);
    if (place !== undefined && endpoint !== undefined) {
      hooks.start.tap({ place: 'first' }, () => openPage(controller, faces, place, endpoint));
    }
    hooks.start.tap(() => () => live.close());
    hooks.reload.tap((fresh) => {
      keepFor = remembered(fresh.remember);
      ({ series } = fresh);
      for (const option of ['socket', 'listen', 'hosts', 'insecure', 'state'] as const) {
        if (isDeepStrictEqual(fresh[option], options[option])) continue;
        log.warn({ event: 'reload.partial', option }, `another ${option} needs a restart`);
      }
    });
  },
});
