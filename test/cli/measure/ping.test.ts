import { describe, expect, test } from 'vitest';
import { pingIn } from '../../../cli/measure/ping.js';
import { record } from '../../client/support/warts.js';
import { pingRecord } from '../support/ping-record.js';

const four = { src: '192.0.2.1', dst: '198.51.100.7', sent: 3 };
const whole = pingRecord({
  ...four,
  data: Buffer.from('any text'),
  replies: [
    { rtt: 1_500, probe: 0, from: 1 },
    { rtt: 1_600, probe: 0, from: 1 },
    { rtt: 20, probe: 1, from: '203.0.113.1' },
    { rtt: 70_001, probe: 2, from: 1 },
  ],
});

describe('the warts of a ping', () => {
  test('times in milliseconds; neither doubles nor what others than the destination sent', () => {
    expect(pingIn(whole)).toEqual({ ...four, received: 2, rtts: [1.5, 70.001] });
  });

  test('IPv6 as it is usually written', () => {
    const ping = { src: '2001:db8::1', dst: '2001:db8:0:1::7', sent: 1 };
    const reply = { rtt: 250, probe: 0, from: 1 };
    expect(pingIn(pingRecord({ ...ping, replies: [reply] }))).toEqual({ ...ping, received: 1, rtts: [0.25] });
  });

  test('no reply', () => {
    expect(pingIn(pingRecord({ ...four, replies: [] }))).toEqual({ ...four, received: 0, rtts: [] });
  });

  test('one that is cut off anywhere cannot be read', () => {
    for (let end = 8; end < whole.length; end++) expect(pingIn(record(7, whole.subarray(8, end)))).toBeUndefined();
  });

  test('any octets are read, or not: nothing is thrown', () => {
    for (let at = 8; at < whole.length; at++) {
      for (const octet of [0x00, 0x7f, 0x80, 0xff]) {
        const broken = Buffer.from(whole);
        broken[at] = octet;
        expect(() => pingIn(broken)).not.toThrow();
      }
    }
  });
});
