/** What must never happen on the review page: a score of another case, a lost word, a picture that is not the case's. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReviewLog } from '../../activities/reviews/review-log.ts';
import { readNarratives } from '../../activities/reviews/review-set.ts';
import type { Review } from '../../domain/reviews/review.ts';
import { hasBrowser, launchBrowser, type View, visit } from '../support/browser.ts';
import { type ReviewPlace, reviewPlace, serveReviews } from '../support/review-place.ts';
import { serious } from './looking.ts';

const view: View = { width: 1280, scheme: 'dark' };
const reviewsIn = async ({ store, set, certified }: ReviewPlace): Promise<Review[]> =>
  createReviewLog(store, await readNarratives(store, set), certified).read();
const caseShown = (page: Page) => page.waitForSelector('#case:not([hidden])');
async function press(page: Page, keys: string): Promise<void> {
  await page.locator('#case-title').focus();
  for (const key of keys) await page.keyboard.press(key);
}

describe.skipIf(!hasBrowser)('mishaps on the review page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('a name under which nothing could be saved is refused before anything is scored', async () => {
    const server = await serveReviews(await reviewPlace(1));
    const { page } = await visit(browser, server.address, view);
    for (const [name, why] of [
      ['   ', 'a name is needed'],
      ['\u200b', 'a name is needed'],
      ['script-1', 'is a program'],
    ] as const) {
      await page.fill('#reviewer', name);
      await page.click('#gate button');
      await expect.poll(() => page.textContent('#alert')).toContain(why);
      expect(await page.isVisible('#case')).toBe(false);
    }
    expect(await serious(page)).toEqual([]);
    await page.fill('#reviewer', 'Ada');
    await page.click('#gate button');
    await caseShown(page);
    expect(await page.textContent('#alert')).toBe('');
    await server.close();
  });

  it('scores of a case are never sent for the next one, whose coming was cut off', async () => {
    const place = await reviewPlace(3);
    const server = await serveReviews(place, { reviewer: 'Ada' });
    const { page } = await visit(browser, server.address, view);
    await caseShown(page);
    const judged = await page.textContent('#case-id');
    await press(page, '111111');
    await page.route('**/state?*', (route) => route.abort());
    await page.click('#save');
    await expect.poll(() => page.textContent('#alert')).toContain('What you saved is kept.');
    expect(await page.isVisible('#case')).toBe(false);
    await page.keyboard.press('Control+Enter');
    await page.unroute('**/state?*');
    await page.click('text=Try again');
    await caseShown(page);
    expect((await reviewsIn(place)).map(({ id }) => id)).toEqual([judged]);
    expect(await page.textContent('#case-id')).not.toBe(judged);
    expect(await page.inputValue('#score-safety')).toBe('');
    await server.close();
  });

  it('what was typed of a case that is skipped, and the way back to it, outlive a refresh', async () => {
    const server = await serveReviews(await reviewPlace(2), { reviewer: 'Ada' });
    const { page } = await visit(browser, server.address, view);
    await caseShown(page);
    const skipped = await page.textContent('#case-id');
    await page.keyboard.press('Alt+e');
    await page.fill('#text', 'half of it');
    await page.keyboard.press('Alt+s');
    await expect.poll(() => page.textContent('#said')).toBe('Skipped.');
    await page.reload();
    await caseShown(page);
    await page.click('#case button.back');
    await expect.poll(() => page.textContent('#case-id')).toBe(skipped);
    expect(await page.inputValue('#text')).toBe('half of it');
    await server.close();
  });

  it('the picture of the case before is gone while that of the next one is on its way, or cannot come', async () => {
    const server = await serveReviews(await reviewPlace(2), { reviewer: 'Ada' });
    const { page } = await visit(browser, server.address, view);
    await caseShown(page);
    const width = () => page.locator('#picture').evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await expect.poll(width).toBe(96);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/pictures/*', async (route) => {
      await held;
      await route.abort();
    });
    await press(page, '333333');
    await page.click('#save');
    await expect.poll(() => page.textContent('#said')).toBe('Saved.');
    await expect.poll(width).toBe(0);
    release();
    await expect.poll(() => page.textContent('#alert')).toContain('The picture of this case cannot be shown');
    await server.close();
  });

  it('carriage returns make no edit, a wheel no score, and Arabic runs from right to left', async () => {
    const text = 'آفة غير منتظمة الحواف.\r\nThe diagnosis is melanoma. 🩺';
    const place = await reviewPlace(1, () => ({ text, diagnosis: '\u202emelanoma' }));
    const server = await serveReviews(place, { reviewer: 'Ada' });
    const { page } = await visit(browser, server.address, view);
    await caseShown(page);
    expect(await page.locator('#narrative').evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
    expect(await page.locator('#diagnosis').evaluate((element) => getComputedStyle(element).unicodeBidi)).toBe(
      'isolate',
    );
    await page.keyboard.press('Alt+e');
    await press(page, '444444');
    await page.focus('#score-safety');
    await page.hover('#score-safety');
    await page.mouse.wheel(0, 200);
    await page.click('#save');
    await expect.poll(async () => (await reviewsIn(place)).length).toBe(1);
    expect((await reviewsIn(place))[0]).toMatchObject({ text: null, scores: { safety: 4 } });
    await server.close();
  });
});
