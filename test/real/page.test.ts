import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, describeBrowser, openPage } from './support/browser.js';
import { startShown } from './support/page.js';

const metadata = {
  'ams-nl': { cc: 'NL', place: 'Amsterdam', latlong: [52.4, 4.9], asn4: 64_496, tag: ['wifi'] },
  'rtm-nl': { cc: 'NL', place: 'Rotterdam', latlong: [51.9, 4.5], asn4: 64_497 },
  'nrt-jp': { cc: 'JP', place: 'Tokyo', latlong: [35.7, 139.7], asn4: 64_500 },
  'scl-cl': { cc: 'CL', place: 'Santiago', latlong: [-33.5, -70.7], asn4: 64_498 },
};
const all = ['ams-nl', 'nrt-jp', 'rtm-nl', 'scl-cl'];

/** The rows that are in the document. */
const rowsIn = (page: Page) => page.locator('#vps tbody tr:not(.space)');
const namesIn = (page: Page) => page.locator('#vps tbody td.c-name').allTextContents();
const filterBy = (page: Page, text: string) => page.locator('#filter').fill(text);
const textOf = (page: Page, selector: string) => page.locator(selector).textContent();

/** What is told of a VP in its row. */
const rowOf = (page: Page, name: string) => rowsIn(page).filter({ hasText: name });

async function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}

describeBrowser('the page in a real browser', () => {
  afterAll(closeBrowser);

  test('a VP comes, is away, comes back, and is lost: all is seen as it happens', async () => {
    const shown = await startShown({ metadata });
    const page = await openPage(shown.url);
    await rowOf(page, 'ams-nl').getByText('never').waitFor();
    const scamper = await shown.attach('ams-nl');
    await rowOf(page, 'ams-nl').getByText('connected').waitFor();
    await page.locator('#map .point.connected[aria-label="ams-nl, connected"]').waitFor();
    expect(await textOf(page, '#counts button.connected')).toBe('1connected');
    scamper.cut();
    await shown.log.waitFor('instance.zombie');
    expect(await shown.resume(scamper)).toBe(true);
    await page.locator('#happened li', { hasText: 'came back' }).waitFor();
    scamper.cut();
    await rowOf(page, 'ams-nl').getByText('lost', { exact: true }).waitFor();
    await page.locator('#map .point.lost[aria-label="ams-nl, lost"]').waitFor();
    expect(await page.title()).toBe('1 lost · sc-remoted');
    const link = page.locator('#happened li', { hasText: 'away' }).first().getByRole('link');
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/github\.com\/.*\/docs\/errors\.md#scr_instance_ended$/);
    const time = page.locator('#happened time').first();
    expect(await time.getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    expect(await page.locator('#said').getAttribute('aria-live')).toBe('polite');
  });

  test('the filter means what `run` and `ls` mean', async () => {
    const { url } = await startShown({ metadata });
    const page = await openPage(url);
    await rowsIn(page).first().waitFor();
    const meant = {
      all: all,
      'ams-*': ['ams-nl'],
      'cc=nl+tag=wifi': ['ams-nl'],
      'cc=JP,asn=64498': ['nrt-jp', 'scl-cl'],
      'state=never+place=T*': ['nrt-jp'],
      '': all,
    };
    for (const [text, names] of Object.entries(meant)) {
      await filterBy(page, text);
      await expect.poll(() => namesIn(page), { message: text }).toEqual(names);
      expect(await page.locator('#map .point').count()).toBe(names.length);
    }
    await filterBy(page, 'cc=NL');
    await filterBy(page, 'colour=red');
    await page.getByText('keys are name, address').waitFor();
    expect(await textOf(page, '#shown')).toBe('2 of 4');
    await page.locator('#counts button.lost').click();
    await expect.poll(() => namesIn(page)).toEqual([]);
    expect(await page.locator('#filter').inputValue()).toBe('state=lost');
    await page.locator('#counts button.lost').click();
    await expect.poll(() => namesIn(page)).toEqual(all);
  });

  test('the table is sorted by any column, in both directions; what is not known comes last', async () => {
    const shown = await startShown({ metadata });
    await shown.attach('nrt-jp');
    const page = await openPage(shown.url);
    await rowOf(page, 'nrt-jp').getByText('connected').waitFor();
    const orders = {
      Name: [all, [...all].reverse()],
      ASN: [
        ['ams-nl', 'rtm-nl', 'scl-cl', 'nrt-jp'],
        ['nrt-jp', 'scl-cl', 'rtm-nl', 'ams-nl'],
      ],
      Place: [
        ['scl-cl', 'nrt-jp', 'ams-nl', 'rtm-nl'],
        ['rtm-nl', 'ams-nl', 'nrt-jp', 'scl-cl'],
      ],
      State: [
        ['ams-nl', 'rtm-nl', 'scl-cl', 'nrt-jp'],
        ['nrt-jp', 'ams-nl', 'rtm-nl', 'scl-cl'],
      ],
      Since: Array(2).fill(['nrt-jp', 'ams-nl', 'rtm-nl', 'scl-cl']),
      'Last 24 h': [
        ['ams-nl', 'rtm-nl', 'scl-cl', 'nrt-jp'],
        ['nrt-jp', 'ams-nl', 'rtm-nl', 'scl-cl'],
      ],
    };
    await page.getByRole('button', { name: 'Address' }).click();
    for (const [title, [up, down]] of Object.entries(orders)) {
      const head = page.getByRole('columnheader', { name: title });
      for (const [direction, order] of [['ascending', up] as const, ['descending', down] as const]) {
        await head.getByRole('button').click();
        await expect.poll(() => namesIn(page), { message: `${title}, ${direction}` }).toEqual(order);
        expect(await head.getAttribute('aria-sort')).toBe(direction);
      }
    }
    expect(await page.locator('th:not([aria-sort=none])').count()).toBe(1);
  });

  test('all can be reached by keyboard, on the map too, and details are closed with Escape', async () => {
    const shown = await startShown({ metadata });
    await shown.attach('nrt-jp');
    const page = await openPage(shown.url);
    await rowOf(page, 'nrt-jp').getByText('connected').waitFor();
    const dialog = page.getByRole('dialog');
    const focused = () =>
      page.evaluate('document.activeElement.id || document.activeElement.getAttribute("aria-label")');
    await page.keyboard.press('/');
    expect(await focused()).toBe('filter');
    await page.locator('#vps').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.locator('#vps[aria-activedescendant="row-1"] #row-1', { hasText: 'nrt-jp' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByText('Tokyo').waitFor();
    expect(await dialog.innerText()).toMatch(/nrt-jp[^]*connected[^]*First seen[^]*127\.0\.0\.1:\d+ over tcp/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await focused()).toBe('vps');
    await page.locator('#map .point[aria-label="ams-nl, never"]').focus();
    expect(await textOf(page, '#tip')).toBe('ams-nl: never, Amsterdam, NL');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('nrt-jp, connected');
    await page.keyboard.press('Enter');
    await dialog.getByText('Tokyo').waitFor();
  });

  test('what strangers say is shown as text', async () => {
    const place = '</td><img src=x onerror=alert(1)>';
    const shown = await startShown({ metadata: { 'ams-nl': { place, latlong: [0, 0] } } });
    const page = await openPage(shown.url);
    await rowsIn(page).getByText(place).waitFor();
    await rowsIn(page).click();
    await page.getByRole('dialog').getByText(place).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#map .point').hover();
    expect(await textOf(page, '#tip')).toContain(place);
    await shown.attach('<b>bold</b>').catch(() => undefined);
    await page.locator('#happened li').getByText('<b>bold</b>').waitFor();
    expect(await page.locator('img, main script, main li b').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('on a phone nothing is too wide, %s', async (colorScheme) => {
    const shown = await startShown({ metadata });
    await shown.attach('a-name-that-is-longer-than-there-is-room-for-on-a-phone');
    const page = await openPage(shown.url, {
      colorScheme,
      viewport: { width: 360, height: 740 },
      reducedMotion: 'reduce',
    });
    await rowOf(page, 'a-name').waitFor();
    expect(await overflow(page)).toBe(0);
    const dark = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(dark).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
    await rowOf(page, 'a-name').click();
    await page.getByRole('dialog').getByText('over tcp').waitFor();
    expect(await overflow(page)).toBe(0);
    expect((await page.screenshot()).length).toBeGreaterThan(0);
  });

  test('it says when it is cut off from the controller, and comes back by itself', async () => {
    const shown = await startShown({ metadata });
    const page = await openPage(shown.url);
    await page.getByText('connected to the controller', { exact: true }).waitFor();
    await shown.stop();
    await page.getByText(/^Not connected to the controller since \d{4}-.* UTC/).waitFor();
    const again = await startShown({ metadata, listen: Number(new URL(shown.url).port) });
    await page.locator('#cut').waitFor({ state: 'hidden' });
    await again.attach('ams-nl');
    await rowOf(page, 'ams-nl').getByText('connected').waitFor();
  });

  test('5,000 VPs: only the rows that are seen are in the document, and only what changes is drawn anew', async () => {
    const placed = (at: number) => ({ cc: 'NL', latlong: [(at % 140) - 56, (at % 360) - 180], asn4: at });
    const many = Array.from({ length: 5_000 }, (_, at) => [`vp-${String(at).padStart(4, '0')}`, placed(at)]);
    const shown = await startShown({ metadata: Object.fromEntries(many) });
    const page = await openPage(shown.url);
    await rowOf(page, 'vp-0000').waitFor();
    const frame = () => page.evaluate<number>('performance.getEntriesByName("fleet").at(-1).duration');
    const first = await frame();
    expect(await rowsIn(page).count()).toBeLessThan(80);
    expect(await page.locator('#map .point').count()).toBe(5_000);
    await page.evaluate(`
      globalThis.drawn = new Set();
      const note = (changes) => changes.forEach(({ target }) => drawn.add(target));
      new MutationObserver(note).observe(document.getElementById('points'), { attributes: true, subtree: true });
    `);
    await shown.attach('vp-0001');
    await page.locator('#map .point.connected').waitFor();
    if (process.env['PAGE_TIMES'] !== undefined) process.stdout.write(`first ${first} ms, then ${await frame()} ms\n`);
    expect(await page.evaluate('drawn.size')).toBe(1);
    await page.locator('#vps').focus();
    await page.keyboard.press('End');
    await rowOf(page, 'vp-4999').waitFor();
    expect(await rowsIn(page).count()).toBeLessThan(80);
    await filterBy(page, 'vp-123*');
    await expect.poll(() => textOf(page, '#shown')).toBe('10 of 5000');
    await expect.poll(() => rowsIn(page).count()).toBe(10);
  });
});
