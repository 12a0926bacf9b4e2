import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { EventReport, StatusReport, VpReport } from '../../../plugin-sdk/index.js';
import { startStatus } from './support/status.js';

interface Told {
  readonly event: string;
  readonly data: {
    readonly status: StatusReport;
    readonly events: readonly EventReport[];
    readonly vps: readonly VpReport[];
    readonly gone?: readonly string[];
  };
}

/** Listens to the stream. */
async function listen(socketPath: string): Promise<{ readonly told: Told[]; code: number | undefined }> {
  const told: Told[] = [];
  const code = await new Promise<number | undefined>((resolve, reject) => {
    const asking = request({ socketPath, path: '/api/v1/stream', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.on('data', (piece: string) => {
        const blocks = (text + piece).split('\n\n');
        text = blocks.pop() ?? '';
        told.push(...blocks.flatMap(toldIn));
      });
      resolve(response.statusCode);
    });
    asking.on('error', reject);
    onTestFinished(() => void asking.destroy());
    asking.end();
  });
  return { told, code };
}

function toldIn(block: string): Told[] {
  const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? [];
  return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) as Told['data'] }];
}

test('all there is at first, then what changes, once a second', async () => {
  const { bench, where } = await startStatus();
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  await bench.attach({ monitorName: 'lhr-gb' });
  const { told } = await listen(where.socketPath);
  await expect.poll(() => told).toHaveLength(1);
  expect(told[0]).toMatchObject({ event: 'all', data: { vps: [{ vp: 'ams-nl' }, { vp: 'lhr-gb' }] } });
  expect(told[0]?.data.events).toHaveLength(2);

  await bench.clock.advance(1_000);
  await expect.poll(() => told).toHaveLength(2);
  expect(told[1]).toMatchObject({ event: 'changes', data: { vps: [], gone: [], events: [] } });

  scamper.cut();
  await bench.log.waitFor('instance.gone');
  await bench.clock.advance(1_000);
  await expect.poll(() => told).toHaveLength(3);
  expect(told[2]?.data).toMatchObject({
    vps: [{ vp: 'ams-nl', state: 'lost' }],
    events: [{ kind: 'vp.lost', vp: 'ams-nl' }],
    status: { vps: { connected: 1, lost: 1 } },
  });
});

test('one that is forgotten is gone, one that comes is told', async () => {
  const { bench, where } = await startStatus({ remember: '1s' });
  const scamper = await bench.attach({ monitorName: 'old' });
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  const { told } = await listen(where.socketPath);
  await expect.poll(() => told).toHaveLength(1);
  await bench.attach({ monitorName: 'new' });
  await bench.clock.advance(1_000);
  await expect.poll(() => told.at(-1)?.data.vps).toMatchObject([{ vp: 'new' }]);
  await bench.clock.advance(3_600_000);
  await expect.poll(() => told.flatMap(({ data }) => data.gone ?? [])).toContain('old');
});

test('a client that comes or goes changes what is told of the VP', async () => {
  const { bench, where } = await startStatus();
  await bench.attach({ monitorName: 'ams-nl' });
  const { told } = await listen(where.socketPath);
  await expect.poll(() => told).toHaveLength(1);
  bench.client();
  await bench.clock.advance(1_000);
  await expect.poll(() => told.at(-1)?.data.vps).toMatchObject([{ vp: 'ams-nl', instance: { clients: 1 } }]);
});

test('33 at a time: one is told to come later', async () => {
  const { where } = await startStatus();
  const codes: (number | undefined)[] = [];
  for (let each = 0; each < 33; each++) codes.push((await listen(where.socketPath)).code);
  expect(codes.filter((code) => code === 200)).toHaveLength(32);
  expect(codes.at(-1)).toBe(503);
});
