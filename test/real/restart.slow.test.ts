import { expect, test } from 'vitest';
import { attachScamper, count, measure, nextInstance, startFleet } from './support/fleet.js';
import { describeReal } from './support/programs.js';

describeReal('a restart of the controller under the real scamper', () => {
  test('scamper comes back by itself, is told to start afresh, and serves', async () => {
    const fleet = await startFleet();
    await attachScamper(fleet, ['-M', 'foo.bar']);
    fleet.controller.signal('SIGTERM');
    expect((await fleet.controller.finished).code).toBe(0);

    const again = await startFleet(['-P', `127.0.0.1:${fleet.port}`], fleet.folder);
    expect(await again.controller.waitFor('connection.refused')).toMatchObject({ code: 'SCR_RESUME_UNKNOWN' });
    const socket = again.socket(await nextInstance(again));
    const { code, dump } = await measure(socket, ['ping -c 1 127.0.0.1']);
    expect(code).toBe(0);
    expect(count(dump, 'ping from 127.0.0.1 to 127.0.0.1')).toBe(1);
  });
});
