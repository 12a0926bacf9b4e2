import { expect, test } from 'vitest';
import {
  ControlType,
  encodeAcks,
  encodeChannelControl,
  encodeKeepalive,
  encodeMasterId,
  encodeMasterOk,
  encodeMasterRej,
} from '../../../core/protocol/control.js';

test.each([
  ['MASTER_ID counts the NUL of the id', encodeMasterId('::1.9'), '00000000 00000000 0008 01 06 3a3a312e3900'],
  ['MASTER_REJ is its type alone', encodeMasterRej(), '00000000 00000000 0001 07'],
  ['MASTER_OK carries rcv_nxt', encodeMasterOk(0xfffffffe), '00000000 00000000 0005 08 fffffffe'],
  [
    'CHANNEL_NEW carries the channel',
    encodeChannelControl(5, ControlType.CHANNEL_NEW, 9),
    '00000005 00000000 0005 02 00000009',
  ],
  [
    'CHANNEL_FIN carries the channel',
    encodeChannelControl(6, ControlType.CHANNEL_FIN, 9),
    '00000006 00000000 0005 03 00000009',
  ],
  ['KEEPALIVE is its type alone', encodeKeepalive(0xffffffff), 'ffffffff 00000000 0001 04'],
])('%s', (_what, frame, hex) => {
  expect(frame.toString('hex')).toBe(hex.replaceAll(' ', ''));
});

test('many ACKs are one buffer, each names one message, in order, across the wrap-around', () => {
  const ack = (number: string): string => `00000007 00000000 0005 05 ${number}`;
  const expected = ['fffffffe', 'ffffffff', '00000000'].map(ack).join('').replaceAll(' ', '');
  expect(encodeAcks(7, 0xfffffffe, 3).toString('hex')).toBe(expected);
});

test('an id of 254 octets fits, a longer one does not', () => {
  expect(encodeMasterId('x'.repeat(254))).toHaveLength(10 + 2 + 255);
  const id = 'x'.repeat(255);
  expect(() => encodeMasterId(id)).toThrow(new RangeError(`the id ${id} is too long`));
});
