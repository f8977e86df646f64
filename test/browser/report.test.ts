import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReportActivities } from '../../activities/reporting/activities.ts';
import { reportPage } from '../../activities/reporting/skin-r1/page.ts';
import { readText } from '../../activities/store/commit.ts';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { hasBrowser, launchBrowser, openPage, type View } from '../support/browser.ts';
import { finishRun, silent } from '../support/finished-run.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { hostileReport, pixel } from '../support/report.ts';
import { overlaps, seenTexts } from './looking.ts';

const desktop = 1280;
const phone = 390;
const views: View[] = [
  { width: desktop, scheme: 'light' },
  { width: desktop, scheme: 'dark' },
  { width: phone, scheme: 'light' },
  { width: phone, scheme: 'dark' },
];

/** The page of a finished run, out of a store, as `dermflow report` would fetch it. */
async function finishedPage(): Promise<string> {
  const store = createMemoryStore();
  const input = await finishRun(store);
  const { writeReport } = createReportActivities({ store, environment: { scratch: tmpdir() }, logger: silent });
  const report: ArtifactRef = await new MockActivityEnvironment().run(() => writeReport(input));
  return readText(store, report, 'report.html');
}

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  let browser: Browser;
  let html: string;

  beforeAll(async () => {
    [browser, html] = await Promise.all([launchBrowser(), finishedPage()]);
  });
  afterAll(() => browser?.close());

  describe.each(views)('$width pixels wide, $scheme', (view) => {
    it('complains of nothing, asks for nothing, never scrolls sideways', async () => {
      const { page, complaints, requests } = await openPage(browser, html, view);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBe(window);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
    });

    it('can be read: size, contrast, no text cut off or on top of another', async () => {
      const { page } = await openPage(browser, html, view);
      const texts = await seenTexts(page);
      expect(texts.length).toBeGreaterThan(400);
      expect(texts.filter(({ fontSize }) => fontSize < 11)).toEqual([]);
      expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
      expect(texts.filter(({ clipped }) => clipped)).toEqual([]);
      expect(await overlaps(page)).toEqual([]);
    });

    it('shows every image', async () => {
      const { page } = await openPage(browser, html, view);
      const images = await page.locator('img').evaluateAll((all) =>
        all.map((image) => {
          const { width, height } = image.getBoundingClientRect();
          // `locator` gives elements of any kind; the selector took images.
          return { pixels: (image as HTMLImageElement).naturalWidth, width, height };
        }),
      );
      expect(images.length).toBeGreaterThan(4);
      expect(images.filter(({ pixels, width, height }) => pixels < 56 || width < 100 || height < 50)).toEqual([]);
    });

    it('draws every plot once, with titles and units on its axes', async () => {
      const { page } = await openPage(browser, html, view);
      const figures = await page.locator('figure').evaluateAll((all) =>
        all.map((figure) => {
          const drawings = [...figure.querySelectorAll('svg')].filter((svg) => svg.checkVisibility());
          return { id: figure.id, drawings: drawings.length, text: drawings[0]?.textContent ?? '' };
        }),
      );
      expect(figures.filter(({ drawings }) => drawings !== 1)).toEqual([]);
      const textOf = (id: string): string => figures.find((figure) => figure.id === id)?.text ?? '';
      expect(textOf('accuracy-diagnosis')).toContain('Accuracy (% of held-out questions)');
      expect(textOf('reward')).toContain('GRPO step (optimiser steps)');
      expect(textOf('reward')).toContain('Mean reward (0 to 2 points)');
      expect(textOf('loss')).toContain('Cross-entropy (nats per token)');
      expect(textOf('kl')).toContain('KL divergence (nats per token)');
      expect(textOf('confusion-diagnosis')).toContain('Right label');
      expect(textOf('cases-diagnosis')).toContain('Cases (number)');
    });
  });

  it('unfolds the table of artifacts on a click', async () => {
    const { page } = await openPage(browser, html, { width: desktop, scheme: 'light' });
    const row = page.locator('tr[id^="artifact-"]').first();
    expect(await row.isVisible()).toBe(false);
    await page.getByText(/^All \d+ artifacts$/).click();
    expect(await row.isVisible()).toBe(true);
  });

  it('shows a script in a rationale as text, and never runs it', async () => {
    const report = hostileReport();
    const thumbnails = new Map(report.samples.map(({ image }) => [image.sha256, pixel]));
    const hostilePage = await reportPage(report, thumbnails);
    for (const view of views) {
      const { page, complaints, requests } = await openPage(browser, hostilePage, view);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      expect(await page.locator('script').count()).toBe(0);
      expect(await page.locator('img').count()).toBe(report.samples.length);
      const output = page.locator('.case .output').first();
      expect(await output.textContent()).toContain('<script>alert(1)</script>');
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBe(window);
    }
  });
});
