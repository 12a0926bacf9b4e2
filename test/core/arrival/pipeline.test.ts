import { expect, test } from 'vitest';
import { Arrival, type ArrivalContext, helloOf, instanceOf, linkOf } from '../../../core/arrival/arrival.js';
import { defaultLimits } from '../../../core/contract/limits.js';
import { Waiting } from '../../../core/arrival/waiting.js';
import { pipeline } from '../../../core/arrival/pipeline.js';
import { ipPeer } from '../../../plugin-sdk/index.js';
import { FakeClock, memoryPair } from '../../../testing/index.js';

test('a connection takes these steps, in this order', () => {
  expect(pipeline.map(([name]) => name)).toEqual(['accept', 'hello', 'identify', 'authenticate', 'attach', 'answer']);
});

test.each([linkOf, helloOf, instanceOf])('a step out of order fails where %o is asked for what is not there', (of) => {
  const [stream] = memoryPair();
  const connection = { transport: 'memory', stream, peer: ipPeer('192.0.2.1', 1), tls: undefined };
  const core: Pick<ArrivalContext, 'clock' | 'limits'> = { clock: new FakeClock(), limits: defaultLimits };
  const arrival = new Arrival(core as ArrivalContext, connection, '192.0.2.1', new Waiting(core), () => 1);
  expect(() => of(arrival)).toThrow('the steps of the pipeline ran out of order');
});
