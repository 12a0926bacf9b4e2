import { expect, test, vi } from 'vitest';
import { startChannel } from '../../../client/support/talk.js';
import { dataMessage, result, textsIn } from '../../../client/support/warts.js';
import { traceFor } from './index.js';

test('what scamper has by then is kept', async () => {
  const { channel, end } = await startChannel();
  const limit = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(limit.signal);
  const tracing = traceFor(channel, '192.0.2.7');
  end.say('MORE\n');
  await end.heard(1);
  limit.abort();
  end.say('OK id-1\n');
  expect(await end.heard(2)).toEqual(['trace 192.0.2.7', 'halt 1']);
  end.say('OK halted 1\n', dataMessage(result('two hops'), ' id-1'));
  expect((await tracing).map(textsIn)).toEqual([['two hops']]);
});

test('a refusal is no result; a lost channel is a failure', async () => {
  const { channel, end } = await startChannel();
  const refused = traceFor(channel, 'nowhere');
  end.say('MORE\nERR command not accepted\n');
  expect(await refused).toEqual([]);
  const lost = traceFor(channel, '192.0.2.7');
  await end.heard(2);
  end.close();
  await expect(lost).rejects.toMatchObject({ code: 'SCR_CHANNEL_ENDED' });
});
