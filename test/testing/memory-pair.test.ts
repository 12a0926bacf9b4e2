import { describe, expect, test } from 'vitest';
import { SimClient, memoryPair, settle } from '../../testing/index.js';

describe('memoryPair', () => {
  test('carries bytes both ways', async () => {
    const [one, other] = memoryPair().map((stream) => new SimClient(stream)) as [SimClient, SimClient];
    one.send('to other');
    other.send('to one');
    expect(await other.until('to other')).toBe('to other');
    expect(await one.until('to one')).toBe('to one');
  });

  test('allows half-close', async () => {
    const [one, other] = memoryPair().map((stream) => new SimClient(stream)) as [SimClient, SimClient];
    one.finish();
    await other.end;
    expect(other.ended).toBe(true);
    other.send('still here');
    await one.until('still here');
    other.finish();
    await one.end;
    expect(one.ended).toBe(true);
  });

  test('shows a cut at the other end at once, without end of file', async () => {
    const [one, other] = memoryPair().map((stream) => new SimClient(stream)) as [SimClient, SimClient];
    one.leave();
    await other.end;
    expect(other.ended).toBe(false);
    expect(other.stream.destroyed).toBe(true);
  });

  test('delivers what was sent before an orderly end', async () => {
    const [one, theirs] = memoryPair();
    one.end('last words');
    await settle();
    const other = new SimClient(theirs);
    await other.end;
    expect(other.text).toBe('last words');
    expect(other.ended).toBe(true);
  });

  test('holds the writer up while nobody reads', async () => {
    const [one, theirs] = memoryPair();
    let written = 0;
    for (let count = 0; count < 10; count++) one.write(Buffer.alloc(16_384), () => written++);
    await settle(20);
    expect(written).toBeLessThan(10);
    theirs.resume();
    await settle(40);
    expect(written).toBe(10);
  });
});

describe('SimClient', () => {
  test('rejects when the stream closes without what was waited for', async () => {
    const [one, other] = memoryPair().map((stream) => new SimClient(stream)) as [SimClient, SimClient];
    one.send('some');
    await other.until('some');
    const waiting = other.until('more');
    one.leave();
    await expect(waiting).rejects.toThrow(new Error('the stream closed without "more": some'));
  });
});
