/**
 * Pictures of the page for the README, taken of the demo in Debian's chromium:
 *
 *     npm run screenshots
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const viewport = { width: 1280, height: 920 };

/** @returns the address of the page, which is what the demo says first */
async function addressOf(demo) {
  for await (const line of createInterface({ input: demo.stdout })) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the demo ended without a page');
}

async function takePicture(browser, url, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
  await page.goto(url);
  // Some have come back, some are away at the moment.
  await page.locator('#happened li', { hasText: 'came back' }).nth(2).waitFor({ timeout: 120_000 });
  await page.locator('#map .point.away').first().waitFor({ timeout: 60_000 });
  await page.screenshot({ path: `${root}docs/images/page-${colorScheme}.png` });
  await page.close();
}

const demo = spawn(process.execPath, ['demo/demo.js'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
const url = await addressOf(demo);
demo.stdout.resume();
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
try {
  for (const colorScheme of ['light', 'dark']) await takePicture(browser, url, colorScheme);
} finally {
  await browser.close();
  demo.kill('SIGINT');
  await once(demo, 'exit');
}
