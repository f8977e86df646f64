/** What other pages share with that of evaluations: charts and tables that can be read, in every view, by everybody. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trendPage } from '../../activities/nights/trend-page.ts';
import { ablationsPage } from '../../activities/reporting/skin-r1/ablations.ts';
import { idDiagnosis } from '../../domain/benchmarks/catalogue/id-diagnosis.ts';
import { buildAblations } from '../../domain/methods/skin-r1/ablation/ablations.ts';
import type { NightPoint, NightRecord } from '../../domain/nights/record.ts';
import type { EvaluationSource } from '../../domain/pages/build.ts';
import { createRandom } from '../../domain/random.ts';
import { hasBrowser, launchBrowser, openPage, type View } from '../support/browser.ts';
import { madeUpItems, madeUpModel, madeUpPage, madeUpSources } from '../support/evaluation-page.ts';
import { nightPoint, nightRecord } from '../support/nights.ts';
import { sampleReport } from '../support/report.ts';
import { overlaps, seenTexts, serious } from './looking.ts';

const views: View[] = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
];

/** The same answers of a model that tells how sure it was of them. */
function telling(source: EvaluationSource): EvaluationSource {
  const random = createRandom(`telling/${source.label}`);
  const items = source.items.map((item) => ({ ...item, confidence: 0.25 + 0.75 * Math.sqrt(random.float()) }));
  return { ...source, items, summary: idDiagnosis.summarise(items) };
}

async function evaluations(): Promise<string> {
  const items = madeUpItems(600);
  const [first, second, ...others] = madeUpSources(items);
  if (!first || !second) throw new RangeError('there are models');
  const probes = [
    madeUpModel('Nearest neighbour, tiny', items, 0.55, { kind: 'rule' }),
    madeUpModel('Linear probe, tiny', items, 0.62, { kind: 'rule', remark: '3 of its 600 items are guessed' }),
  ];
  return (await madeUpPage([telling(first), telling(second), ...others, ...probes], items)).html;
}

async function ablations(): Promise<string> {
  const items = madeUpModel('ablated', madeUpItems(200), 0.6).items;
  const run = (reward: 'own' | 'flat') => ({ run: `demo-${reward}-1`, seed: 1, reward, report: sampleReport() });
  return ablationsPage(await buildAblations('demo', [run('own'), run('flat')], async () => [...items]));
}

function trend(): Promise<string> {
  const night = (i: number): string => `2026-11-${String(i).padStart(2, '0')}T01:30:00.000Z`;
  const test = { items: 80, groups: 40, difference: -0.2, low: -0.3, high: -0.1, p: 0.001, detectable: 0.1 };
  const judged = { since: night(1), test: { ...test, test: 'exact' }, correctedP: 0.002, level: 0.01 } as const;
  const measured = nightPoint().measured;
  if (!measured) throw new RangeError('the night was measured');
  const scored = (value: number, more: Partial<NightPoint> = {}): NightPoint =>
    nightPoint({ measured: { ...measured, score: { value, low: value - 0.08, high: value + 0.06 } }, ...more });
  const nights: NightRecord[] = [
    nightRecord(night(1), [scored(0.9)]),
    nightRecord(night(2), [scored(0.88, { verdict: { verdict: 'no change', ...judged } })]),
    nightRecord(night(3), [
      nightPoint({ measured: null, verdict: { verdict: 'not measured', reason: 'no worker took the work' } }),
    ]),
    { ...nightRecord(night(4), [scored(0.7, { verdict: { verdict: 'drop', ...judged } })]), verdict: 'drop' },
  ];
  return trendPage('tiny', nights);
}

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  const pages: Record<string, string> = {};
  beforeAll(async () => {
    browser = await launchBrowser();
    Object.assign(pages, { evaluations: await evaluations(), ablations: await ablations(), trend: await trend() });
  });
  afterAll(() => browser?.close());

  describe.each(['evaluations', 'ablations', 'trend'])('the page of %s', (name) => {
    it.each(views)('can be read and asks for nothing: $width, $scheme', async (view) => {
      const { page, complaints, requests } = await openPage(browser, pages[name] ?? '', view);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBe(window);
      expect([complaints, requests]).toEqual([[], []]);
      const texts = await seenTexts(page);
      expect(texts.length).toBeGreaterThan(20);
      expect(texts.filter(({ fontSize }) => fontSize < 11)).toEqual([]);
      expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
      expect(texts.filter(({ clipped }) => clipped)).toEqual([]);
      expect(await overlaps(page)).toEqual([]);
      expect(await serious(page)).toEqual([]);
      await page.close();
    });
  });

  it('shows how sure models are, and what pictures tell without one', async () => {
    const { page } = await openPage(browser, pages.evaluations ?? '', { width: 1280, scheme: 'light' });
    const drawn = page.locator('#reliability svg').filter({ visible: true });
    expect(await drawn.count()).toBe(1);
    expect(await drawn.textContent()).toContain('demo@grpo-1000');
    expect(await page.locator('#calibration tbody tr').count()).toBe(2);
    expect(await page.locator('#calibration .absent').textContent()).toContain('demo@grpo-1000-no-image');
    const board = await page.locator('#leaderboard').textContent();
    for (const text of ['Nearest neighbour, tiny', 'Linear probe, tiny: 3 of its 600 items are guessed.']) {
      expect(board).toContain(text);
    }
    await page.close();
  });

  it('shows the fall of a night, and a night that was not measured', async () => {
    const { page } = await openPage(browser, pages.trend ?? '', { width: 1280, scheme: 'light' });
    expect(await page.locator('header').textContent()).toContain('drop');
    expect(await page.locator('td.wrong').count()).toBe(1);
    expect(await page.locator('tbody').textContent()).toContain('no worker took the work');
    await page.close();
  });
});
