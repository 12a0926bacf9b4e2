import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ControlError, ControlType, decodeHello, isMonitorName } from '../../../core/protocol/control.js';

const magic = fc.uint8Array({ minLength: 1, maxLength: 255 });
const u32 = fc.integer({ min: 0, max: 0xffffffff });

function masterNew(magicBytes: Uint8Array, ...rest: Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0, magicBytes.length]), magicBytes, ...rest]);
}

function withNul(name: string): Buffer {
  const text = Buffer.from(`${name}\0`, 'latin1');
  return Buffer.concat([Buffer.from([text.length]), text]);
}

const eight = Buffer.from('8 octets');

describe('MASTER_NEW', () => {
  test('carries the magic and the monitor name', () => {
    const monitorNames = fc.stringMatching(/^[A-Za-z0-9.-]{1,254}$/);
    fc.assert(
      fc.property(magic, monitorNames, (bytes, monitorName) => {
        const hello = decodeHello(masterNew(bytes, withNul(monitorName)));
        expect(hello).toEqual({ type: ControlType.MASTER_NEW, magic: Buffer.from(bytes), monitorName });
      }),
    );
  });

  test.each([
    ['a length of 0', Buffer.from([0])],
    ['nothing at all, as old scampers do', Buffer.alloc(0)],
    ['a NUL alone', Buffer.from([1, 0])],
  ])('has no monitor name with %s', (_what, rest) => {
    expect(decodeHello(masterNew(eight, rest))).toMatchObject({ magic: eight, monitorName: undefined });
  });

  test.each([
    ['octets behind an empty name', masterNew(eight, Buffer.from([0, 65])), 'octets follow the empty monitor name'],
    [
      'a name cut short',
      masterNew(eight, Buffer.from([4, 97, 98, 0])),
      'the monitor name has another length than announced',
    ],
    [
      'a name too long',
      masterNew(eight, Buffer.from([2, 97, 0, 0])),
      'the monitor name has another length than announced',
    ],
    ['a name without its NUL', masterNew(eight, Buffer.from([2, 97, 98])), 'the monitor name does not end with a NUL'],
    ['no magic', masterNew(Buffer.alloc(0)), 'the magic is missing or cut short'],
    ['a magic cut short', Buffer.from([0, 9, 1, 2, 3]), 'the magic is missing or cut short'],
    ['the type alone', Buffer.from([0]), 'the magic is missing or cut short'],
  ])('is refused with %s', (_what, payload, message) => {
    expect(() => decodeHello(payload)).toThrow(new ControlError(message));
  });

  test('does not pin the read buffer that brought the magic', () => {
    const payload = masterNew(eight);
    const hello = decodeHello(payload);
    payload.fill(0);
    expect(hello.magic).toEqual(eight);
  });
});

describe('MASTER_RES', () => {
  const numbers = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
    return bytes;
  };
  const masterRes = (bytes: Uint8Array, rest: Buffer): Buffer => {
    const payload = masterNew(bytes, rest);
    payload[0] = 6;
    return payload;
  };

  test('carries the magic, rcv_nxt, snd_una and snd_nxt in this order', () => {
    fc.assert(
      fc.property(magic, u32, u32, u32, (bytes, rcvNxt, sndUna, sndNxt) => {
        const hello = decodeHello(masterRes(bytes, numbers(rcvNxt, sndUna, sndNxt)));
        expect(hello).toEqual({ type: ControlType.MASTER_RES, magic: Buffer.from(bytes), rcvNxt, sndUna, sndNxt });
      }),
    );
  });

  test.each([0, 11, 13])('is refused with %i octets behind the magic', (length) => {
    expect(() => decodeHello(masterRes(eight, Buffer.alloc(length)))).toThrow(
      new ControlError('MASTER_RES has the wrong length'),
    );
  });
});

test.each([1, 2, 3, 4, 5, 7, 8, 9, 255])('type %i is not a hello', (type) => {
  const message = `the first message has type ${type}, not MASTER_NEW or MASTER_RES`;
  expect(() => decodeHello(Buffer.from([type, 1, 1]))).toThrow(new ControlError(message));
});

test('any bytes are a hello or a ControlError, and nothing else', () => {
  const almost = fc
    .tuple(fc.constantFrom(0, 6), fc.nat(20), fc.uint8Array({ maxLength: 60 }))
    .map(([type, length, rest]) => Uint8Array.from([type, length, ...rest]));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), almost), (bytes) => {
      try {
        expect(decodeHello(Buffer.from(bytes)).magic.length).toBe(bytes[1]);
      } catch (failure) {
        expect(failure).toBeInstanceOf(ControlError);
      }
    }),
    { numRuns: 500 },
  );
});

describe('isMonitorName', () => {
  test.each(['foo.bar', 'a', 'UCSD-2', '0-.', 'a..'])('%s is one', (name) => {
    expect(isMonitorName(name)).toBe(true);
  });

  test.each(['', 'a/b', 'a b', 'a_b', 'a\0', 'a\n', 'a:b', 'é', '-', '..', '--help', '.hidden'])(
    '%j is none',
    (name) => {
      expect(isMonitorName(name)).toBe(false);
    },
  );
});
