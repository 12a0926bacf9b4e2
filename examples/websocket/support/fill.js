import assert from 'node:assert/strict';
import { settle } from 'sc-remoted/plugin-sdk/testing';

const piece = Buffer.alloc(16_384, 'x');
/** More than the sockets and buffers on the way may hold. */
const TOO_MUCH = 134_217_728;
/** Turns of the event loop without any progress after which nobody takes more. */
const PATIENCE = 200;

/**
 * Writes until what is written stays in the stream. Fails when there is no end to what is taken.
 * @returns the bytes written
 */
export async function fill(stream, write) {
  let written = 0;
  while (await taken(stream)) {
    for (let count = 0; count < 16; count++) write(piece);
    written += 16 * piece.length;
    assert.ok(written < TOO_MUCH, `${TOO_MUCH} bytes were taken`);
  }
  return written;
}

/** Whether the stream gets rid of what is in it. */
async function taken(stream) {
  let waiting = stream.writableLength;
  for (let turn = 0; waiting > 262_144; turn++) {
    if (turn === PATIENCE) return false;
    await settle(1);
    if (stream.writableLength < waiting) turn = 0;
    waiting = stream.writableLength;
  }
  return true;
}
