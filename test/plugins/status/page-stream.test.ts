import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type IncomingMessage, get } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import metadata from '../../../plugins/metadata/index.js';
import { temporaryFolder } from '../../cli/support/command.js';
import { startStatus } from './support/status.js';

/** A file of so many VPs, of which much is known. */
function largeFleet(size: number): string {
  const file = join(temporaryFolder(), 'vps.json');
  const place = 'a long place '.repeat(70);
  writeFileSync(
    file,
    JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, at) => [`vp-${at}`, { place }]))),
  );
  return file;
}

/** Listens; what was heard so far is in `text`. */
async function listen(socketPath: string): Promise<{ text: string; readonly stream: IncomingMessage }> {
  const request = get({ socketPath, path: '/api/v1/stream', agent: false });
  onTestFinished(() => void request.destroy());
  const [stream] = (await once(request, 'response')) as [IncomingMessage];
  const heard = { text: '', stream };
  stream.setEncoding('utf8');
  stream.on('error', () => undefined);
  stream.on('data', (piece: string) => (heard.text += piece));
  return heard;
}

test('a fleet of which more is told at first than may wait is told whole, and then what changes', async () => {
  const { bench, where } = await startStatus({}, [[metadata, { file: largeFleet(5_000) }]]);
  const heard = await listen(where.socketPath);
  await expect.poll(() => heard.text.length).toBeGreaterThan(5_000_000);
  await bench.attach({ monitorName: 'vp-17' });
  await expect
    .poll(async () => {
      await bench.clock.advance(1_000);
      return heard.text.includes('event: changes') && heard.text.includes('"state":"connected"');
    })
    .toBe(true);
  expect(heard.stream.destroyed).toBe(false);
});
