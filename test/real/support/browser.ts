import { accessSync, constants } from 'node:fs';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { describeNeeding } from '../../support/needing.js';

/** A wait that fails says for what. In milliseconds. */
const PATIENCE = 10_000;
const executablePath = '/usr/bin/chromium';

function isThere(): boolean {
  try {
    accessSync(executablePath, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tests in a real browser. */
export function describeBrowser(name: string, body: () => void): void {
  describeNeeding(isThere() ? undefined : `${executablePath} not found: apt-get install chromium`, name, body);
}

let running: Promise<Browser> | undefined;

/** One for all tests. As root, as in a container, chromium has no sandbox. */
function browser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return (running ??= chromium.launch({ executablePath, args }));
}

export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

/**
 * Opens a page. In the end nothing may have gone wrong in it: no message in its console, so nothing that its policy forbids,
 * and no request to elsewhere.
 */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await browser()).newContext(options);
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', (failure) => faults.push(failure.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(`asked for ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(faults.filter((fault) => !isCutOff(fault))).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** What chromium says when a controller ends under a page. */
function isCutOff(fault: string): boolean {
  return /^Failed to load resource: net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING)/.test(fault);
}
