import { expect, test } from 'vitest';
import { startBench } from '../../../../plugin-sdk/testing/index.js';
import { clientCount, farewell } from './index.js';

test('one plugin uses what another offers', async () => {
  await using bench = await startBench([clientCount, farewell]);
  const scamper = await bench.attach();
  await bench.client().until('MORE');
  await bench.client().until('MORE');
  scamper.cut();
  const { fields } = await bench.log.waitFor('farewell');
  expect(fields).toMatchObject({ instance: '192.0.2.1:1025', count: 2 });
});

test('the other must be loaded, because one asks to run before it', async () => {
  await expect(startBench([farewell])).rejects.toMatchObject({ code: 'SCR_PLUGIN_BEFORE' });
});
