import { expect, test } from 'vitest';
import { messages } from '../../../client/support/strict-mux.js';
import { startTalk } from '../../../client/support/talk.js';
import { watch } from './index.js';

test('what is there, and what changes', async () => {
  const { fleet, client } = await startTalk();
  const lines: string[] = [];
  const watching = watch(fleet, (line) => {
    lines.push(line);
    if (line.endsWith('gone')) fleet.close();
  });
  client.send(messages.away(1, []));
  await fleet.changes().next();
  client.send(messages.depart(2));
  await watching;
  expect(lines).toEqual(['ams-nl ?? connected', 'san-us ?? connected', 'ams-nl away', 'san-us gone']);
});
