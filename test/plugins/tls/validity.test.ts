import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createController } from '../../../index.js';
import type { PluginEntry, Timer } from '../../../plugin-sdk/index.js';
import type { LogLine, TestBench } from '../../../testing/index.js';
import { FakeClock, TestLog } from '../../../testing/index.js';
import tls from '../../../plugins/tls/index.js';
import { ValidityWatch } from '../../../plugin-sdk/tls/validity.js';
import { Authority, type Pair } from '../support/certificates.js';
import { tempDirectory } from '../support/local.js';
import { SERVER_NAME, secured, writePair } from '../support/tls.js';

const DAY = 86_400_000;
/** Where a bench's clock begins. */
const BEGIN = new FakeClock().date().getTime();
const authority = await Authority.create('The CA');

/** A certificate that is valid for some days of the bench's clock. */
function valid(from: number, to: number, name = SERVER_NAME): Promise<Pair> {
  return authority.issue({ subject: `CN=${name}`, valid: [new Date(BEGIN + from * DAY), new Date(BEGIN + to * DAY)] });
}

function warnings({ log }: Pick<TestBench, 'log'>): string[] {
  return log.of('tls.validity').map(({ level, message }: LogLine) => `${level}: ${message}`);
}

test('each load tells whose certificate it is, who signed it and when it ends', async () => {
  const made = await secured({ pair: await valid(-1, 90) });
  const [{ level, fields } = { level: undefined, fields: {} }] = made.bench.log.of('tls.loaded');
  expect(level).toBe('info');
  expect(fields).toMatchObject({
    file: 'cert.pem',
    subject: `CN=${SERVER_NAME}`,
    issuer: 'CN=The CA',
    notBefore: '2025-12-31T00:00:00.000Z',
    notAfter: '2026-04-01T00:00:00.000Z',
  });
  writePair(made.directory, await valid(-1, 60));
  await made.bench.controller.reload();
  expect(made.bench.log.of('tls.reloaded')[0]?.fields).toMatchObject({
    subject: `CN=${SERVER_NAME}`,
    issuer: 'CN=The CA',
    notAfter: '2026-03-02T00:00:00.000Z',
  });
  expect(warnings(made.bench)).toEqual([]);
});

const MEND = 'put a valid one there and reload';

test.each<[string, number, number, string[]]>([
  ['has expired', -9, -1, [`has expired (2025-12-31T00:00:00.000Z): ${MEND}`]],
  ['is not valid yet', 1, 90, [`is not valid yet (before 2026-01-02T00:00:00.000Z): ${MEND}`]],
  ['expires in 30 days', -1, 30, []],
  ['expires within 30 days', -1, 29, [`expires in 29 days (2026-01-30T00:00:00.000Z): ${MEND}`]],
  ['expires tomorrow', -1, 1, [`expires in 1 day (2026-01-02T00:00:00.000Z): ${MEND}`]],
])('a certificate that %s: loaded, and warned of', async (_what, from, to, told) => {
  const { bench } = await secured({ pair: await valid(from, to) });
  expect(warnings(bench)).toEqual(told.map((fault) => `warn: the certificate in cert.pem ${fault}`));
});

test('a warning comes again each day, until better ones are loaded', async () => {
  const [clock, log] = [new FakeClock(), new TestLog()];
  const watch = new ValidityWatch({ clock, log });
  const end = watch.begin();
  const load = ({ cert }: Pair): void => watch.watch([{ file: 'cert.pem', certificate: new X509Certificate(cert) }]);
  load(await valid(-1, 10));
  await clock.advance(2 * DAY);
  expect(warnings({ log }).map((line) => /in (\d+) day/.exec(line)?.[1])).toEqual(['10', '9', '8']);
  load(await valid(-1, 100));
  await clock.advance(DAY);
  expect(warnings({ log })).toHaveLength(3);
  end();
  expect(clock.pending).toBe(0);
});

/** A clock on which only days count: the controller's sweep, once a second, has nothing to do here. */
class DailyClock extends FakeClock {
  override every(ms: number, task: () => void): Timer {
    return ms < DAY ? { cancel: () => undefined } : super.every(ms, task);
  }
}

test('a controller looks each day until it stops', async () => {
  const [clock, logger, directory] = [new DailyClock(), new TestLog(), tempDirectory()];
  writePair(directory, await valid(-1, 30.5));
  const plugins: PluginEntry[] = [[tls, { cert: 'cert.pem', key: 'key.pem' }]];
  const controller = await createController({ plugins, clock, logger, directory });
  await controller.start();
  expect(warnings({ log: logger })).toEqual([]);
  await clock.advance(2 * DAY);
  expect(warnings({ log: logger })).toHaveLength(2);
  await controller.stop();
  expect(clock.pending).toBe(0);
});

test('the chain and the authorities of clients are looked at as well', async () => {
  const { bench, directory, entry } = await secured({ pair: await valid(-1, 90) });
  const old = await valid(-2, -1, 'Old');
  const { cert, key } = await valid(-1, 90);
  writePair(directory, { cert: cert + old.cert, key }, old.cert);
  await bench.controller.reload([entry({ ca: 'ca.pem' })]);
  const told = bench.log.of('tls.validity').map(({ fields }) => [fields['file'], fields['subject']]);
  expect(told).toEqual([
    ['cert.pem', 'CN=Old'],
    ['ca.pem', 'CN=Old'],
  ]);
});
