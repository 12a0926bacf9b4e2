import { expect, onTestFinished, test } from 'vitest';
import audit from '../../plugins/audit/index.js';
import { startRealBench } from '../../testing/index.js';
import { linesIn, textIn } from '../plugins/audit/support.js';
import { tempDirectory } from '../plugins/support/local.js';
import { describeReal } from './support/programs.js';

describeReal('the audit trail', () => {
  test('what a real scamper is told to do is written down', async () => {
    const directory = tempDirectory();
    const bench = await startRealBench([[audit, { file: 'audit.log' }]], { directory });
    onTestFinished(() => bench.stop());
    const scamper = await bench.attach({ monitorName: 'ams-1' });
    await scamper.measure('ping -c 1 127.0.0.1');
    await scamper.measure('bogus');
    await bench.controller.stop();

    const lines = linesIn(textIn(directory));
    const about = (client: number) => lines.filter((line) => line['client'] === client);
    expect(about(1).map((line) => [line.event, line['number'], line['command']])).toEqual([
      ['client.attached', undefined, undefined],
      ['command.sent', 1, 'ping -c 1 127.0.0.1'],
      ['command.accepted', 1, undefined],
      ['command.sent', 2, 'done'],
      ['command.accepted', 2, undefined],
      ['client.detached', undefined, undefined],
    ]);
    const left = about(1).at(-1);
    expect(left).toMatchObject({
      event: 'client.detached',
      instance: scamper.instance,
      socket: scamper.socket,
    });
    expect(left?.['results']).toBeGreaterThanOrEqual(1);
    expect(left?.['resultBytes']).toBeGreaterThan(50);
    expect(about(2)).toContainEqual(
      expect.objectContaining({ event: 'command.rejected', error: 'command not accepted' }),
    );
    expect(lines.at(-1)?.event).toBe('audit.stopped');
  });
});
