import { describe, expect, test } from 'vitest';
import { type PluginController, ipPeer } from '../../../plugin-sdk/index.js';
import { type TestBench, memoryPair, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { plugin } from '../support/plugins.js';

describe('stop ends a connection on its way', () => {
  async function refusalOf(bench: TestBench) {
    const { fields } = await bench.log.waitFor('connection.refused');
    return fields;
  }

  test('that has not said who it is', async () => {
    const bench = await startBench();
    const scamper = bench.dial();
    await bench.stop();
    await scamper.closed;
    expect(await refusalOf(bench)).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'hello' });
  });

  test.each(['accept', 'authenticate'] as const)(
    'in %s: its stream at once, whenever the handler answers',
    async (step) => {
      const asked = gate();
      const answer = gate();
      const ask = (): Promise<void> => {
        asked.open();
        return answer.promise;
      };
      const slow = plugin('slow', ({ hooks }) => {
        if (step === 'accept') hooks.accept.tap(ask);
        else hooks.authenticate.tap(ask);
      });
      const bench = await startBench([slow]);
      const scamper = bench.dial();
      scamper.hello();
      await asked.promise;
      await bench.stop();
      await scamper.closed;
      expect(bench.log.of('connection.refused')).toEqual([]);
      answer.open();
      expect(await refusalOf(bench)).toMatchObject({ code: 'SCR_STOPPED', step });
      expect(bench.controller.instances).toEqual([]);
    },
  );

  test('in attach: its instance is gone', async () => {
    const asked = gate();
    const answer = gate();
    const slow = plugin('slow', ({ hooks }) =>
      hooks.attach.tap(() => {
        asked.open();
        return answer.promise;
      }),
    );
    const bench = await startBench([slow]);
    const scamper = bench.dial({ monitorName: 'ams-nl' });
    scamper.hello();
    await asked.promise;
    const stopped = bench.stop();
    await bench.log.waitFor('instance.gone');
    answer.open();
    await stopped;
    await scamper.closed;
    expect(await refusalOf(bench)).toMatchObject({ code: 'SCR_INSTANCE_GONE', step: 'answer' });
    expect(scamper.received).toEqual([]);
  });
});

test('whoever comes while the controller stops is refused', async () => {
  const faces: PluginController<object>[] = [];
  const refused: object[] = [];
  const late = plugin('late', (controller) => {
    faces.push(controller);
    controller.observe('refused', (refusal) => void refused.push(refusal));
  });
  const bench = await startBench([late]);
  await bench.stop();
  const [ours] = memoryPair();
  const peer = ipPeer('192.0.2.1', 1);
  faces[0]?.announce({ stream: ours, peer });
  expect(ours.destroyed).toBe(true);
  const { fields } = await bench.log.waitFor('connection.refused');
  expect(fields).toMatchObject({ code: 'SCR_STOPPED', step: 'announce', peer: '192.0.2.1:1' });
  await expect.poll(() => refused).toHaveLength(1);
  expect(refused).toStrictEqual([
    {
      step: 'announce',
      code: 'SCR_STOPPED',
      reason: 'the controller is stopping',
      plugin: undefined,
      transport: 'late',
      peer,
      monitorName: undefined,
      fingerprint: undefined,
      subject: undefined,
      at: bench.clock.date(),
    },
  ]);
});

test('who comes before every plugin has started waits', async () => {
  const starting = gate();
  const steps: string[] = [];
  const eager = plugin('eager', (controller) => {
    controller.hooks.accept.tap(() => void steps.push('accept'));
    controller.hooks.start.tap(async () => {
      controller.announce({ stream: memoryPair()[0], peer: ipPeer('192.0.2.1', 1) });
      await starting.promise;
      steps.push('started');
    });
  });
  const started = startBench([eager]);
  setImmediate(() => starting.open());
  await using _bench = await started;
  await expect.poll(() => steps).toEqual(['started', 'accept']);
});
