/** JSON Schema of what the API tells; the types are in api.ts. */
const time = { type: 'string', format: 'date-time' } as const;
const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const state = { enum: ['connected', 'away', 'lost', 'never'] } as const;
const listOf = (items: object) => ({ type: 'array', items }) as const;

/** An object with these and nothing else. @param optional those that may be missing */
function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, properties, required };
}

const byCode = listOf(object({ code: text, count }));

const instance = object(
  {
    id: count,
    name: text,
    address: text,
    transport: text,
    certificate: listOf(text),
    keptUntil: time,
    clients: count,
    bytesFromInstance: count,
    bytesToInstance: count,
    held: count,
    resumes: count,
    roundTrip: number,
  },
  ['certificate', 'keptUntil', 'roundTrip'],
);

const metadata = object(
  {
    latitude: number,
    longitude: number,
    cc: text,
    st: text,
    place: text,
    shortname: text,
    iata: text,
    asn4: count,
    asn6: count,
    tags: listOf(text),
  },
  ['latitude', 'longitude', 'cc', 'st', 'place', 'shortname', 'iata', 'asn4', 'asn6'],
);

const vp = object(
  {
    vp: text,
    monitorName: text,
    state,
    since: time,
    firstSeen: time,
    lastSeen: time,
    reason: object({ code: text, text }),
    reconnects: count,
    reconnects24h: count,
    turns: listOf({ type: 'array', items: [count, state, text], minItems: 2, additionalItems: false }),
    instance,
    metadata,
  },
  ['monitorName', 'since', 'firstSeen', 'lastSeen', 'reason', 'instance', 'metadata'],
);

const happening = object({ number: count, at: time, kind: text, vp: text, code: text, text, count }, [
  'vp',
  'code',
  'count',
]);

const readiness = object({ ready: { type: 'boolean' }, reason: text }, ['reason']);

const status = object(
  {
    at: time,
    startedAt: time,
    version: text,
    node: text,
    pid: count,
    readiness,
    vps: object({ connected: count, away: count, lost: count, never: count }),
    clients: count,
    bytesFromInstances: count,
    bytesToInstances: count,
    rate: count,
    waiting: object({ instances: count, clients: count }),
    arriving: count,
    attached: object({ new: count, resumed: count }),
    lost: byCode,
    refused: listOf(object({ step: text, code: text, count })),
    refusedClients: byCode,
    droppedClients: byCode,
    reload: object({ at: time, successful: { type: 'boolean' }, lastSuccess: time }, ['lastSuccess']),
    certificates: listOf(
      object({ plugin: text, file: text, subject: text, notAfter: text, daysLeft: { type: 'integer' } }),
    ),
    listening: listOf(object({ plugin: text, at: text })),
    process: object(
      {
        cpuSeconds: number,
        residentBytes: count,
        openDescriptors: count,
        maxDescriptors: count,
        eventLoopDelay: object({ p50: number, p99: number, max: number }),
      },
      ['openDescriptors', 'maxDescriptors'],
    ),
  },
  ['version', 'reload'],
);

/** What is at which path below /api/v1. */
export const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'The status of a controller, below /api/v1',
  type: 'object',
  properties: {
    status,
    vps: listOf(vp),
    'vps/NAME': vp,
    events: listOf(happening),
    error: object({ error: text }),
    readyz: readiness,
  },
} as const;
