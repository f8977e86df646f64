/** A Chromium for tests that look at a page; without one they are skipped aloud, and fail where CI=true. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium, remedy } from '../../infra/setup/chromium.mjs';
import { temporaryFolder } from './datasets.ts';

const program = findChromium();
export const hasBrowser = program !== null;

if (!hasBrowser) {
  const message = `browser tests need a Chromium: ${remedy}`;
  if (process.env.CI === 'true') throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
}

/** Root, as in a container, may not use Chromium's sandbox. */
export async function launchBrowser(): Promise<Browser> {
  if (program === null) throw new RangeError(`there is no Chromium: ${remedy}`);
  return chromium.launch({ executablePath: program, chromiumSandbox: process.getuid?.() !== 0 });
}

export interface View {
  width: number;
  scheme: 'light' | 'dark';
}

export interface OpenPage {
  page: Page;
  /** What must stay empty: errors and warnings of the console, exceptions, dialogs. */
  complaints: string[];
  /** Addresses asked for, the page's own left out. */
  requests: string[];
}

/** Opens a page from a file, as a reader would, at a place of it. It is closed with its browser. */
export async function openPage(browser: Browser, html: string, view: View, hash = ''): Promise<OpenPage> {
  const file = join(await temporaryFolder(), 'report.html');
  await writeFile(file, html);
  return visit(browser, pathToFileURL(file).href + hash, view);
}

/** Opens the page at an address. It is closed with its browser. */
export async function visit(browser: Browser, address: string, { width, scheme }: View): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('dialog', async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith('data:')) requests.push(url);
  });
  await page.goto(address, { waitUntil: 'load' });
  return { page, complaints, requests };
}
