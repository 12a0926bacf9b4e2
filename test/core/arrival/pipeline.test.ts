import { expect, test } from 'vitest';
import { pipeline } from '../../../core/arrival/pipeline.js';

test('a connection takes these steps, in this order', () => {
  expect(pipeline.map(([name]) => name)).toEqual(['accept', 'hello', 'identify', 'authenticate', 'attach', 'answer']);
});
