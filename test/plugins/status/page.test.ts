import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { page } from '../../../plugins/status/page/page.js';
import { pageSource } from '../../../scripts/page.js';
import { ask, startStatus } from './support/status.js';

/** Octets. */
const MOST = 100_000;

test('the page is made of what lies beside it: `npm run page`', async () => {
  const written = readFileSync(new URL('../../../plugins/status/page/page.ts', import.meta.url), 'utf8');
  expect(written === (await pageSource())).toBe(true);
});

test('the page is small, and its policy lets nothing in from elsewhere', async () => {
  const { where } = await startStatus();
  const { text, headers } = await ask(where, '/');
  expect(text).toBe(page);
  expect(Buffer.byteLength(text)).toBeLessThan(MOST);
  expect(text.match(/<script|<style/g)).toEqual(['<style', '<script']);
  expect(text).not.toMatch(/<[^>]* (?:style|on[a-z]+)=|<(?:link|script|img)[^>]* (?:href|src)="(?!data:)/);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
});
