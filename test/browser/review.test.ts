import { networkInterfaces } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReviewLog } from '../../activities/reviews/review-log.ts';
import { readNarratives, reviewedCases } from '../../activities/reviews/review-set.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import type { Review } from '../../domain/reviews/review.ts';
import { hasBrowser, launchBrowser, type View, visit } from '../support/browser.ts';
import { type ReviewPlace, reviewPlace, serveReviews } from '../support/review-place.ts';
import { allScores } from '../support/reviews.ts';
import { seenTexts, serious } from './looking.ts';

const wide: View = { width: 1280, scheme: 'light' };
const phone: View = { width: 390, scheme: 'dark' };
const narrativesIn = ({ store, set }: ReviewPlace): Promise<Narrative[]> => readNarratives(store, set);
const reviewsIn = async (place: ReviewPlace): Promise<Review[]> =>
  createReviewLog(place.store, await narrativesIn(place), place.certified).read();
const statesIn = async (place: ReviewPlace): Promise<string[]> =>
  reviewedCases(await narrativesIn(place), await reviewsIn(place), place.certified).map(
    ({ reviewed }) => reviewed.state,
  );

async function enter(page: Page, name: string): Promise<void> {
  await page.fill('#reviewer', name);
  await page.click('#gate button');
  await page.waitForSelector('#case:not([hidden]), #nothing:not([hidden])');
}
/** Six keys, then save. */
async function score(page: Page, keys: string, save = 'Control+Enter'): Promise<void> {
  const said = page.locator('#said');
  await page.locator('#case-title').focus();
  for (const key of keys) await page.keyboard.press(key);
  await page.keyboard.press(save);
  await expect.poll(() => said.textContent()).toBe('Saved.');
  await said.evaluate((element) => element.replaceChildren());
}

describe.skipIf(!hasBrowser)('the review page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('scores by keys, tenths and buttons, edits, notes and skips; after each the next case comes', async () => {
    const place = await reviewPlace(3);
    const server = await serveReviews(place);
    const { page, complaints, requests } = await visit(browser, server.address, wide);
    await enter(page, 'Dr Ada');
    const first = (await page.textContent('#narrative')) ?? '';
    expect(
      await page.locator('#picture').evaluate((image) => (image as HTMLImageElement).decode().then(() => 96)),
    ).toBe(96);
    await score(page, '443544');
    await expect.poll(() => page.textContent('#narrative')).not.toBe(first);
    // Tenths, a button, an edited text and a note.
    await page.click('fieldset[data-key=accuracy] button[data-score="5"]');
    await page.fill('#score-safety', '3.5');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => page.textContent('#said')).toContain('A score is missing');
    expect(await page.locator('fieldset.missing').count()).toBe(4);
    for (const key of ['medical_groundedness', 'clinical_coverage', 'reasoning_coherence', 'description_precision'])
      await page.fill(`#score-${key}`, '4.2');
    await page.keyboard.press('Alt+e');
    await page.fill('#text', 'A better text.');
    await page.fill('#note', 'blurred');
    await page.click('#save');
    await expect.poll(() => page.textContent('#own')).toBe('2 judged, 1 left for you');
    await page.keyboard.press('Alt+s');
    await expect.poll(() => page.textContent('#own')).toBe('3 judged, 0 left for you');
    expect(await page.textContent('#nothing-why')).toContain('3 of 3 wait for other reviewers');
    const reviews = (await reviewsIn(place)).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
    expect(reviews.map(({ verdict }) => verdict)).toEqual(['scored', 'scored', 'skipped']);
    expect(reviews[0]).toMatchObject({ reviewer: 'Dr Ada', kind: 'person', turn: 1, text: null, note: null });
    expect(reviews[0]?.scores).toMatchObject({ accuracy: 4, medical_groundedness: 3, clinical_coverage: 5 });
    expect(reviews[1]).toMatchObject({ text: 'A better text.', note: 'blurred' });
    expect(reviews[1]?.scores).toEqual({ ...allScores(4.2), accuracy: 5, safety: 3.5 });
    // Back to the case before, which is judged again by another turn.
    await page.click('#nothing button.back');
    await page.waitForSelector('#case:not([hidden])');
    await score(page, '222222');
    expect((await reviewsIn(place)).filter(({ turn }) => turn === 2)).toHaveLength(1);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(server.address))).toEqual([]);
    await server.close();
  });

  it('two reviewers who disagree see each other’s scores and texts then, and one of them settles', async () => {
    const place = await reviewPlace(1);
    const server = await serveReviews(place);
    const [ada, ben] = [await visit(browser, server.address, wide), await visit(browser, server.address, wide)];
    await enter(ada.page, 'Ada');
    await enter(ben.page, 'Ben');
    await score(ada.page, '445544');
    // Nothing of what Ada said is told before Ben has judged.
    expect(await ben.page.locator('#settle').isVisible()).toBe(false);
    expect(await (await ben.page.request.get(`${server.address}case?reviewer=Ben`)).text()).not.toContain('Ada');
    await ben.page.keyboard.press('Alt+e');
    await ben.page.fill('#text', 'As Ben would have it.');
    await score(ben.page, '425544');
    expect(await statesIn(place)).toEqual(['disagreed']);
    await expect.poll(() => ben.page.textContent('#case-title')).toBe('Settle this case');
    const rows = await ben.page.locator('#opinions tbody tr').allTextContents();
    expect(rows[1]).toBe('Safety42');
    expect(await ben.page.locator('#opinions tr.apart').allTextContents()).toEqual(['Safety42']);
    expect(await ben.page.textContent('#opinions')).toContain('As Ben would have it.');
    expect(await ben.page.inputValue('#score-safety')).toBe('');
    expect(await ben.page.inputValue('#score-accuracy')).toBe('4.0');
    expect(await serious(ben.page)).toEqual([]);
    if (process.env.DERMFLOW_SHOTS !== undefined)
      await ben.page.screenshot({ path: `${process.env.DERMFLOW_SHOTS}/review-settle.png`, fullPage: true });
    await ben.page.keyboard.press('Alt+s'); // what is to be settled cannot be skipped
    await ben.page.click('text=Take the text of Ben');
    await ben.page.fill('#score-safety', '3');
    await ben.page.click('#save');
    await expect.poll(() => statesIn(place)).toEqual(['certified']);
    await expect.poll(() => ben.page.textContent('#nothing-why')).toContain('All are reviewed');
    expect(place.notified).toEqual([false, false, true]);
    const settled = (await reviewsIn(place)).find(({ verdict }) => verdict === 'settled');
    expect(settled).toMatchObject({ reviewer: 'Ben', turn: 2, text: 'As Ben would have it.' });
    // Ada, who comes too late to settle it, is told and loses nothing.
    expect([...ada.complaints, ...ben.complaints]).toEqual([]);
    await server.close();
  });

  it('nothing typed is lost at a refresh, at a server’s restart, and at an address that has expired', async () => {
    const place = await reviewPlace(2);
    const server = await serveReviews(place);
    const { port } = server;
    const { page } = await visit(browser, server.address, wide);
    await enter(page, 'Ada');
    const title = await page.textContent('#narrative');
    const type = async (): Promise<void> => {
      await page.fill('#score-safety', '3.5');
      await page.keyboard.press('Alt+e');
      await page.fill('#text', 'Half an ho');
      await page.fill('#note', 'of typing');
    };
    const typed = async (): Promise<unknown[]> => [
      await page.textContent('#narrative'),
      ...(await Promise.all(['#score-safety', '#text', '#note'].map((field) => page.inputValue(field)))),
    ];
    await type();
    await page.reload();
    await page.waitForSelector('#case:not([hidden])');
    expect(await typed()).toEqual([title, '3.5', 'Half an ho', 'of typing']);
    // The server is gone: told, kept, and sent once there is one again.
    await server.close();
    await page.locator('#case-title').focus();
    for (const key of '44444') await page.keyboard.press(key);
    await page.click('#save');
    await expect
      .poll(() => page.textContent('#alert'))
      .toContain('The server does not answer. What you typed is not saved yet');
    expect(await page.textContent('#alert')).toContain('Run "dermflow review run-1" again');
    expect(await typed()).toEqual([title, '3.5', 'Half an ho', 'of typing']);
    // Another server at the same port has another address: the old one has expired.
    const second = await serveReviews(place, { port });
    await page.click('#save');
    await expect.poll(() => page.textContent('#alert')).toContain('This address has expired');
    expect(await reviewsIn(place)).toEqual([]);
    await page.goto(second.address);
    await page.waitForSelector('#case:not([hidden])');
    expect(await typed()).toEqual([title, '3.5', 'Half an ho', 'of typing']);
    await second.close();
    // At another port the browser has nothing: the page takes it along.
    const third = await serveReviews(place);
    await page.click('#save');
    await expect.poll(() => page.textContent('#alert')).toContain('paste the address here');
    await page.fill('#address', third.address);
    await page.click('text=Take it there');
    await page.waitForURL(third.address);
    await page.waitForSelector('#case:not([hidden])');
    expect(await typed()).toEqual([title, '3.5', 'Half an ho', 'of typing']);
    await page.click('#save');
    await expect.poll(async () => (await reviewsIn(place)).length).toBe(1);
    expect((await reviewsIn(place))[0]).toMatchObject({ text: 'Half an ho', note: 'of typing' });
    await third.close();
  });

  it('whoever would settle before going on can, and finds the draft of the other case again', async () => {
    const place = await reviewPlace(2);
    const server = await serveReviews(place);
    const { page } = await visit(browser, server.address, wide);
    expect(await serious(page)).toEqual([]); // the question for a name
    const ids: string[] = [];
    for (const [name, keys] of [
      ['Ada', '111111'],
      ['Ben', '555555'],
    ] as const) {
      await enter(page, name);
      await score(page, keys);
      ids.push((await reviewsIn(place)).find(({ reviewer }) => reviewer === name)?.id ?? '');
      await page.click('#rename');
    }
    if (ids[0] !== ids[1]) throw new Error('the second is asked first what the first has judged');
    await enter(page, 'Ada');
    await page.fill('#note', 'to be kept');
    await page.click('#settle-first');
    await expect.poll(() => page.textContent('#case-title')).toBe('Settle this case');
    for (const key of ['accuracy', 'safety', 'medical_groundedness', 'clinical_coverage', 'reasoning_coherence'])
      await page.fill(`#score-${key}`, '3');
    await page.fill('#score-description_precision', '2.9');
    await page.click('#save');
    await expect.poll(() => page.inputValue('#note')).toBe('to be kept');
    expect((await statesIn(place)).toSorted()).toEqual(['certified', 'open']);
    await score(page, '444444');
    await expect.poll(() => page.isVisible('#nothing')).toBe(true);
    expect(await serious(page)).toEqual([]);
    await server.close();
  });

  it('who begins under another name at once is not overlooked, also while a review is being saved', async () => {
    const place = await reviewPlace(3);
    const server = await serveReviews(place);
    const { page } = await visit(browser, server.address, wide);
    await enter(page, 'Ada');
    const change = (name: string): Promise<void> =>
      page.evaluate((next) => {
        document.querySelector<HTMLButtonElement>('#rename')?.click();
        const field = document.querySelector<HTMLInputElement>('#reviewer');
        if (field) field.value = next;
        document.querySelector<HTMLFormElement>('#gate')?.requestSubmit();
      }, name);
    await change('Ben');
    await page.waitForSelector('#case:not([hidden])');
    expect(await page.textContent('#name')).toBe('Ben');
    for (const key of '333333') await page.keyboard.press(key);
    await page.evaluate(() => document.querySelector<HTMLFormElement>('#case')?.requestSubmit());
    await change('Cleo');
    await expect.poll(() => page.textContent('#name')).toBe('Cleo');
    await page.waitForSelector('#case:not([hidden])');
    await expect.poll(async () => (await reviewsIn(place)).map(({ reviewer }) => reviewer)).toEqual(['Ben']);
    await server.close();
  });

  it('two tabs of one reviewer: the second is told of the first, and neither is lost', async () => {
    const place = await reviewPlace(1);
    const [server, other] = [await serveReviews(place), await serveReviews(place)];
    const [one, two] = [await visit(browser, server.address, wide), await visit(browser, other.address, wide)];
    await enter(one.page, 'Ada');
    await enter(two.page, ' ada ');
    await score(one.page, '444444');
    for (const key of '222222') await two.page.keyboard.press(key);
    await two.page.click('#save');
    await expect.poll(() => two.page.textContent('#alert')).toContain('you have judged this case elsewhere meanwhile');
    expect(await two.page.inputValue('#score-safety')).toBe('2');
    await two.page.click('text=Mine here holds');
    await two.page.click('#save');
    await expect
      .poll(async () => (await reviewsIn(place)).map(({ turn, scores }) => [turn, scores.safety]).toSorted())
      .toEqual([
        [1, 4],
        [2, 2],
      ]);
    await Promise.all([server.close(), other.close()]);
  });

  it('escapes what models, reviewers and notes write', async () => {
    const attack = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>{{7*7}}';
    const place = await reviewPlace(1, () => ({ text: `${attack} text`, diagnosis: `${attack} d`, source: attack }), {
      reviewers: 2,
    });
    const server = await serveReviews(place, { reviewer: `${attack.slice(0, 70)}"` });
    const { page, complaints } = await visit(browser, server.address, wide);
    await page.waitForSelector('#case:not([hidden])');
    expect(await page.textContent('#name')).toBe(`${attack.slice(0, 70)}"`);
    expect(await page.textContent('#narrative')).toBe(`${attack} text`);
    expect(await page.textContent('#diagnosis')).toBe(`${attack} d`);
    await page.keyboard.press('Alt+e');
    await page.fill('#text', attack);
    await page.fill('#note', attack);
    await score(page, '000000');
    await page.click('#rename');
    await enter(page, 'Ben');
    await score(page, '555555');
    await expect.poll(() => page.textContent('#case-title')).toBe('Settle this case');
    expect(await page.textContent('#opinions')).toContain(`notes: ${attack}`);
    expect(await page.title()).toBe('Reviews of run-1');
    expect(await page.locator('main img').count()).toBe(1);
    expect(complaints).toEqual([]);
    await server.close();
  });

  it('a run that goes on says so, and takes nothing more', async () => {
    const place = await reviewPlace(2);
    const server = await serveReviews(place, { reviewer: 'Ada' });
    const { page } = await visit(browser, server.address, wide);
    await page.waitForSelector('#case:not([hidden])');
    place.closed = 'run run-1 has all its reviews and goes on; what is said now would not count';
    for (const key of '333333') await page.keyboard.press(key);
    await page.click('#save');
    await expect.poll(() => page.textContent('#alert')).toContain('Not saved: run run-1 has all its reviews');
    expect(await reviewsIn(place)).toEqual([]);
    await server.close();
  });

  it.each([wide, phone])('can be read and used: $width pixels, $scheme', async (view) => {
    const place = await reviewPlace(2);
    const server = await serveReviews(place, { reviewer: 'Ada' });
    const { page } = await visit(browser, server.address, view);
    await page.waitForSelector('#case:not([hidden])');
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    const faint = (await seenTexts(page)).filter(({ contrast, text }) => contrast < 4.5 && text.length > 1);
    expect(faint).toEqual([]);
    if (process.env.DERMFLOW_SHOTS !== undefined)
      await page.screenshot({ path: `${process.env.DERMFLOW_SHOTS}/review-${view.width}.png`, fullPage: true });
    await server.close();
  });

  it('listens on loopback alone, and gives nothing to whoever lacks the address', async () => {
    const place = await reviewPlace(1);
    const server = await serveReviews(place);
    const elsewhere = Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).filter(({ internal, family }) => !internal && family === 'IPv4'),
    );
    for (const { address } of elsewhere) await expect(fetch(`http://${address}:${server.port}/`)).rejects.toThrow();
    const root = `http://127.0.0.1:${server.port}/`;
    for (const path of ['', 'state?reviewer=Ada', 'case?reviewer=Ada', 'reviews'])
      expect((await fetch(root + path)).status).toBe(404);
    const body = JSON.stringify({ id: 'x' });
    expect((await fetch(`${server.address}reviews`, { method: 'POST', body })).status).toBe(415);
    await server.close();
  });
});
