import { expect, test } from 'vitest';
import { defineService } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

test('what plugins tell of themselves is there for whoever asks, and does not change with what they gave', async () => {
  const values = [{ address: '192.0.2.1', port: 1 }];
  const teller = plugin('teller', ({ tell }) => {
    tell('listening', values);
    tell('listening', [...values, { path: '/x' }]);
    tell('other', values);
    tell('other', []);
  });
  await using bench = await startBench([teller]);
  if (values[0] !== undefined) values[0].port = 2;
  expect(bench.controller.figures.facts.filter(({ plugin: by }) => by === 'teller')).toEqual([
    { plugin: 'teller', name: 'listening', values: [{ address: '192.0.2.1', port: 1 }, { path: '/x' }] },
  ]);
});

test('plugins are told the state, and what the embedder says of itself', async () => {
  const states: string[] = [];
  const asks = plugin('asks', ({ hooks, figures }) => {
    hooks.start.tap(() => void states.push(figures().state));
    hooks.stop.tap(() => void states.push(figures().state));
  });
  const bench = await startBench([asks], { about: { version: '9.9.9' } });
  expect(bench.controller.figures).toMatchObject({ state: 'running', about: { version: '9.9.9' } });
  await bench.stop();
  expect([...states, bench.controller.figures.state]).toEqual(['starting', 'stopping', 'stopped']);
});

test('what the embedder offers is a service like any other', async () => {
  const greeting = defineService<() => string>('greeting');
  const heard: (string | undefined)[] = [];
  const asks = plugin('asks', ({ hooks, use, need }) => {
    const needed = need(greeting);
    hooks.start.tap(() => void heard.push(use(greeting)?.(), needed()()));
  });
  await using bench = await startBench([asks], { services: [{ service: greeting, implementation: () => 'hello' }] });
  expect(bench.controller.state).toBe('running');
  expect(heard).toEqual(['hello', 'hello']);
});

test('a plugin cannot offer what the embedder offers', async () => {
  const greeting = defineService<() => string>('greeting');
  const too = plugin('too', ({ provide }) => provide(greeting, () => 'me too'));
  const services = [{ service: greeting, implementation: () => 'hello' }];
  await expect(startBench([too], { services })).rejects.toMatchObject({ code: 'SCR_SERVICE_TWICE' });
});
