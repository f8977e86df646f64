/** One or many evaluations of a benchmark as one HTML file: nothing is fetched, its one script is allowed by its digest. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { html, raw } from 'hono/html';
import type { EvaluationPage } from '../../../domain/pages/evaluation-page.ts';
import type { Explorer } from '../../../domain/pages/explorer.ts';
import { grouped } from '../../../domain/words.ts';
import { htmlPage } from '../html-page.ts';
import type { Markup } from '../markup.ts';
import { answersSection, differencesSection, groupsSection } from './answers.ts';
import { calibrationSection } from './calibration.ts';
import { leaderboardSection } from './scores.ts';
import { clientScript, scriptSource } from './script.ts';
import { explorerStyle } from './style.ts';

interface PageLinks {
  /** Other pages of the same folder, by their titles. */
  pages: readonly (readonly [title: string, file: string])[];
}

/**
 * @param thumbnails data URIs of WebP by the image's SHA-256
 * @param links to the pages beside it
 */
export async function evaluationPage(
  page: EvaluationPage,
  { data, images }: Explorer,
  thumbnails: ReadonlyMap<string, string>,
  { pages }: PageLinks = { pages: [] },
): Promise<string> {
  const script = await clientScript();
  const packed = (await promisify(gzip)(JSON.stringify(data), { level: 9 })).toString('base64');
  const pictures = images.map(({ sha256 }) => (thumbnails.get(sha256) ?? '').replace(/^data:[^,]*,/, '')).join('\n');
  const models = page.rows.filter(({ kind }) => kind !== 'rule');
  const title = models.length === 1 ? `${models[0]?.label}: ${page.benchmark.title}` : page.benchmark.title;
  const links = [
    ['leaderboard', 'Leaderboard'],
    ...(page.pairs.length > 0 ? [['differences', 'Differences']] : []),
    ...(page.rows.some(({ attributes }) => attributes.length > 0) ? [['groups', 'Groups']] : []),
    ['answers', 'Answers'],
    ['calibration', 'Calibration'],
    ['explorer', 'Items'],
  ];
  const body = html`  <header>
    <h1>${title}</h1>
    <p class="byline">Benchmark <code>${page.benchmark.name}</code> · ${grouped(page.items)} items · ${models.length === 1 ? '1 model' : `${models.length} models`} · prompt ${page.benchmark.prompt}</p>
    <p>${page.benchmark.description}</p>
    <nav aria-label="Sections"><ul>${links.map(([id = '', name = '']) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
    ${pages.length > 0 ? html`<nav aria-label="Pages"><ul>${pages.map(([name, file]) => html`<li><a href="${encodeURI(file)}">${name}</a></li>`)}</ul></nav>` : ''}
  </header>
  <main class="evaluations">
    <div class="column">
      ${await leaderboardSection(page)}
      ${differencesSection(page)}
      ${groupsSection(page)}
      ${await answersSection(page)}
      ${await calibrationSection(page)}
    </div>
    ${explorerSection(data.ids.length)}
  </main>
  <footer>A research artefact; not for clinical use. Written by Dermflow from content-addressed artifacts; the same numbers stand in the <code>.json</code>, <code>.csv</code> and <code>.md</code> files beside this page.</footer>
  <script type="application/gzip" id="explorer-data">${raw(packed)}</script>
  <script type="text/plain" id="explorer-pictures">${raw(pictures)}</script>
  <script type="module">${raw(script)}</script>`;
  return htmlPage({ title, styles: explorerStyle, script: scriptSource(script), body });
}

const explorerSection = (items: number): Markup => html`
  <section id="explorer" class="explorer" aria-labelledby="explorer-heading">
    <h2 id="explorer-heading">Items</h2>
    <p class="on-screen"><kbd>j</kbd> <kbd>k</kbd> or the arrows go through the list, <kbd>/</kbd> searches, <kbd>Enter</kbd> reads the item, <kbd>Escape</kbd> leaves it. The address names what is shown: it can be sent to others.</p>
    <p class="on-paper">${grouped(items)} items can be looked through on the screen.</p>
    <noscript><p class="label">Items can be looked through where scripts may run.</p></noscript>
    <form id="explorer-filters" role="search" aria-label="Items"></form>
    <p id="explorer-count" class="on-screen" role="status"></p>
    <div class="panes">
      <div id="explorer-list" role="listbox" tabindex="0" aria-label="Items that are shown"></div>
      <div id="explorer-item" role="region" aria-label="The chosen item" tabindex="0"></div>
    </div>
  </section>`;
