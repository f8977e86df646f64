import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientScript, scriptSource } from '../../activities/reporting/evaluations/script.ts';
import { servedFiles } from '../../cli/evaluate/served-pages.ts';
import { servePages } from '../../infra/web-server.ts';
import { hasBrowser, launchBrowser, type OpenPage, openPage, type View, visit } from '../support/browser.ts';
import { temporaryFolder, writeFiles } from '../support/datasets.ts';
import { madeUpItems, madeUpPage, madeUpSources, square } from '../support/evaluation-page.ts';
import { overlaps, seenTexts, serious } from './looking.ts';

const many = 20_000;
const light: View = { width: 1280, scheme: 'light' };
const views: View[] = [light, { width: 1280, scheme: 'dark' }, { width: 390, scheme: 'light' }];

const count = (page: Page): Promise<string | null> => page.locator('#explorer-count').textContent();
const shown = async (page: Page): Promise<number> =>
  Number(/^([\d,]+) of/.exec((await count(page)) ?? '')?.[1]?.replaceAll(',', ''));
const title = (page: Page): Promise<string | null> => page.locator('#explorer-title').textContent();
const answers = (page: Page): Promise<string[]> => page.locator('.row .answer').allTextContents();
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

describe.skipIf(!hasBrowser)('a page of evaluations in a browser', () => {
  let browser: Browser;
  let html: string;
  const items = madeUpItems(many);
  const sources = madeUpSources(items);
  const [first, second] = sources;

  const open = async (view: View = light, hash = ''): Promise<OpenPage> => {
    const opened = await openPage(browser, html, view, hash);
    await opened.page.waitForSelector('html[data-ready]', { timeout: 60_000 });
    return opened;
  };

  beforeAll(async () => {
    [browser, html] = await Promise.all([launchBrowser(), madeUpPage(sources, items).then((made) => made.html)]);
  });
  afterAll(() => browser?.close());

  it.each(views)('complains of nothing, asks for nothing, never scrolls sideways: $width, $scheme', async (view) => {
    const { page, complaints, requests } = await open(view);
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content).toBe(window);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect((await seenTexts(page)).filter(({ contrast }) => contrast < 4.5)).toEqual([]);
    expect((await seenTexts(page)).filter(({ clipped }) => clipped)).toEqual([]);
    expect(await overlaps(page)).toEqual([]);
    await page.keyboard.press('j');
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('filters 20,000 items by set, verdict, form, class and words, and counts them as the data do', async () => {
    const { page } = await open();
    expect(await shown(page)).toBe(many);
    await page.selectOption('#explorer-set', 'ham10000');
    expect(await shown(page)).toBe(items.filter(({ source }) => source === 'ham10000').length);
    await page.selectOption('#explorer-verdict', 'wrong');
    const wrong = first?.items.filter(
      ({ source, strict }) => source === 'ham10000' && !strict.correct && strict.predicted !== null,
    );
    expect(await shown(page)).toBe(wrong?.length);
    await page.click('#explorer-reset');
    await page.selectOption('#explorer-form', 'no tags');
    expect(await shown(page)).toBe(many / 20);
    await page.selectOption('#explorer-reader', 'lenient');
    await page.selectOption('#explorer-verdict', 'right');
    expect(await shown(page)).toBe(
      first?.items.filter(({ unreadable, lenient }) => unreadable === 'no tags' && lenient.correct).length,
    );
    await page.click('#explorer-reset');
    await page.selectOption('#explorer-attribute', 'skin tone:V-VI');
    await page.selectOption('#explorer-class', 'hemangioma');
    expect(await shown(page)).toBe(
      first?.items.filter(({ attributes, expected }) => attributes['skin tone'] === 'V-VI' && expected === 'hemangioma')
        .length,
    );
    await page.click('#explorer-reset');
    await page.fill('#explorer-q', 'item 1234 seen');
    expect(await shown(page)).toBe(1);
    await page.close();
  });

  it('draws a handful of rows of 20,000, and scrolls to any of them in no time', async () => {
    const { page } = await open();
    expect(await page.locator('.row').count()).toBeLessThan(60);
    const box = page.locator('#explorer-list');
    const times = await box.evaluate(async (list) => {
      const taken: number[] = [];
      for (let place = 0; place <= 20; place++) {
        const start = performance.now();
        list.scrollTop = (place / 20) * list.scrollHeight;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        taken.push(performance.now() - start);
      }
      return taken.toSorted((a, b) => a - b);
    });
    // Two frames are 33 ms; machines that do other work beside it take longer at times.
    expect(times[10]).toBeLessThan(200);
    expect(await page.locator('.row').last().textContent()).toContain(`case-${many - 1}/diagnosis`);
    const took = await page.evaluate(async () => {
      const select = document.querySelector<HTMLSelectElement>('#explorer-verdict');
      const start = performance.now();
      if (select) select.value = 'wrong';
      select?.dispatchEvent(new Event('change'));
      return performance.now() - start;
    });
    expect(took).toBeLessThan(1000);
    await page.close();
  });

  it('sorts items and tables', async () => {
    const { page } = await open();
    await page.selectOption('#explorer-sort', '-item');
    expect(await page.locator('.row').first().textContent()).toContain('case-9999/diagnosis');
    const column = page.locator('#leaderboard table').first();
    const names = () => column.locator('tbody th').allTextContents();
    await column.getByRole('button', { name: 'Score' }).click();
    expect((await names())[0]).toContain('demo@grpo-1000');
    await column.getByRole('button', { name: 'Score' }).click();
    expect((await names())[0]).toContain('no-image');
    await page.close();
  });

  it('goes by keys: j, k and arrows through the list, / to the words, Enter to the item, Escape back', async () => {
    const { page } = await open();
    await press(page, 'j', 'j', 'k');
    expect(await title(page)).toBe('case-0/diagnosis');
    await page.focus('#explorer-list');
    await press(page, 'ArrowDown', 'ArrowDown');
    expect(await title(page)).toBe('case-2/diagnosis');
    await press(page, 'End');
    expect(await title(page)).toBe(`case-${many - 1}/diagnosis`);
    await press(page, 'Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('explorer-title');
    await press(page, 'Escape');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('explorer-list');
    await press(page, '/');
    await page.keyboard.type('item 77 seen');
    expect(await shown(page)).toBe(1);
    await press(page, 'Enter');
    expect(await title(page)).toBe('case-77/diagnosis');
    await press(page, '/', 'Escape');
    expect(await shown(page)).toBe(many);
    await page.close();
  });

  it('shows an item whole: picture, options, both readers, output; its address leads others to it', async () => {
    const { page } = await open(light, '#explore?set=derm7pt&form=no+tags&item=case-7%2Fdiagnosis');
    expect(await shown(page)).toBe(first?.items.filter((i) => i.source === 'derm7pt' && i.unreadable !== null).length);
    const item = page.locator('#explorer-item');
    expect(await title(page)).toBe('case-7/diagnosis');
    expect(await item.locator('img').getAttribute('src')).toBe(square);
    const text = await item.textContent();
    expect(text).toContain('patient-3');
    expect(text).toContain('strict reader: ? unread (no tags)');
    expect(text).toContain(first?.items[7]?.output ?? 'absent');
    expect(await item.locator('.options li').count()).toBe(4);
    expect(text).toMatch(/Reward [\d.]+: format 0, granularity 0/);
    await press(page, 'j');
    expect(page.url()).toContain('set=derm7pt');
    expect(page.url()).toContain(encodeURIComponent((await title(page)) ?? 'absent'));
    await page.close();
  });

  it('compares two models item by item, and finds those that changed', async () => {
    const { page } = await open();
    await page.selectOption('#explorer-other', second?.label ?? '');
    expect((await answers(page)).length % 2).toBe(0);
    await page.selectOption('#explorer-change', 'gained');
    const gained = first?.items.filter((item, i) => !item.strict.correct && second?.items[i]?.strict.correct);
    expect(await shown(page)).toBe(gained?.length);
    await press(page, 'j');
    const item = await page.locator('#explorer-item').textContent();
    expect(item).toContain(gained?.[0]?.output ?? 'absent');
    expect(item).toContain(second?.items.find(({ id }) => id === gained?.[0]?.id)?.output ?? 'absent');
    await page.close();
  });

  it('shows rules and published rows beside every model, with why they cannot be compared', async () => {
    const { page } = await open();
    const board = await page.locator('#leaderboard').textContent();
    for (const text of ['Labels alone', 'Skin-R1 (1,500 steps)', 'data: the pictures are drawings']) {
      expect(board).toContain(text);
    }
    expect(await page.locator('#differences tbody tr').count()).toBe(3);
    await page.close();
  });

  it('runs when it is served too, where the headers allow its script and nothing else', async () => {
    const folder = await temporaryFolder();
    const own = items.slice(0, 40);
    const made = await madeUpPage(madeUpSources(own), own);
    await writeFiles(folder, { 'index.html': made.html, 'evaluation.csv': 'a,b' });
    const scripts = [scriptSource(await clientScript())];
    const server = await servePages(servedFiles(folder, ['index.html']), { scripts });
    try {
      const { page, complaints, requests } = await visit(browser, server.address, light);
      await page.waitForSelector('html[data-ready]');
      expect(await shown(page)).toBe(40);
      expect([complaints, requests]).toEqual([[], []]);
    } finally {
      await server.close();
    }
  });

  it('shows markup in an output as text, and never runs it', async () => {
    const own = items.slice(0, 4);
    const [made] = madeUpSources(own);
    if (!made) throw new RangeError('there is a model');
    const hostile = '</script><img src=x onerror=alert(1)><script>alert(1)</script>';
    const changed = made.items.map((item) => ({ ...item, output: hostile, source: hostile, group: hostile }));
    const label = `"] + alert(1) + ["${hostile}`;
    const { html: hostilePage } = await madeUpPage([{ ...made, label, items: changed }], own);
    const { page, complaints, requests } = await openPage(browser, hostilePage, light);
    await page.waitForSelector('html[data-ready]');
    await press(page, 'j');
    expect(await page.locator('#explorer-item .output').first().textContent()).toBe(hostile);
    expect([complaints, requests]).toEqual([[], []]);
    await page.close();
  });

  it('prints its tables, and says where the items are', async () => {
    const { page } = await open();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#explorer-list').isVisible()).toBe(false);
    expect(await page.locator('.on-paper').textContent()).toContain('20,000 items');
    await page.close();
  });
});
