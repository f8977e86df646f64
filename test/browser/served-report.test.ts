import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportPage } from '../../activities/reporting/skin-r1/page.ts';
import { reportPages } from '../../cli/follow/served-report.ts';
import { servePages } from '../../infra/web-server.ts';
import { hasBrowser, launchBrowser, visit } from '../support/browser.ts';
import { temporaryFolder, writeFiles } from '../support/datasets.ts';
import { pixel, sampleReport } from '../support/report.ts';

describe.skipIf(!hasBrowser)('a served report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('is the page as it is in a file: complete, with nothing to complain of and nothing asked for', async () => {
    const report = sampleReport();
    const thumbnails = new Map(report.samples.map(({ image }) => [image.sha256, pixel]));
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'report.html': await reportPage(report, thumbnails),
      'report.json': JSON.stringify(report),
    });
    const server = await servePages(reportPages(folder));
    try {
      const { page, complaints, requests } = await visit(browser, server.address, { width: 1280, scheme: 'light' });
      expect(await page.locator('h1').textContent()).toContain(report.recipe.name);
      const images = await page.locator('img').evaluateAll((all) =>
        // `locator` gives elements of any kind; the selector took images.
        all.map((image) => (image as HTMLImageElement).naturalWidth),
      );
      expect(images).toEqual(report.samples.map(() => 1));
      // The style stands inside the page: a policy that refused it would leave the margin of the browser.
      expect(await page.evaluate(() => getComputedStyle(document.body).margin)).toBe('0px');
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      // Another page, of whatever origin, can neither frame it nor read it.
      const stranger = await browser.newPage();
      const read = await stranger.evaluate(
        (address) =>
          fetch(address).then(
            () => 'read',
            () => 'refused',
          ),
        server.address,
      );
      expect(read).toBe('refused');
    } finally {
      await server.close();
    }
  });
});
