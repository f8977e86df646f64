/** The report of a run of Skin-R1 as one HTML file: no script, no request, every value escaped. */
import { html } from 'hono/html';
import { methodOf } from '../../../domain/methods/index.ts';
import type { Report } from '../../../domain/methods/skin-r1/report/report.ts';
import { htmlPage } from '../html-page.ts';
import { lineageSection, reproduceSection } from '../sections/provenance.ts';
import { dataSection } from './sections/data.ts';
import { resultsSection, summarySection } from './sections/results.ts';
import { samplesSection } from './sections/samples.ts';
import { trainingSection } from './sections/training.ts';

/** @param thumbnails data URIs by the image's SHA-256 */
export async function reportPage(report: Report, thumbnails: ReadonlyMap<string, string>): Promise<string> {
  const title = `${methodOf(report.recipe).title} post-training: ${report.recipe.name}`;
  const links = [
    ['summary', 'Summary'],
    ['results', 'Results'],
    ['training', 'Training'],
    ...(report.samples.length > 0 ? [['samples', 'Sample cases']] : []),
    ['data', 'Data'],
    ['lineage', 'Lineage'],
    ['reproduce', 'How to reproduce'],
  ] as const;
  const body = html`  <header>
    <h1>${title}</h1>
    <p class="byline">Run <code>${report.run}</code> · base model <code>${report.model.base}</code> · seed ${report.recipe.seed}</p>
    ${report.data.generated ? html`<p class="label"><strong>Generated images, not patients.</strong> Every picture here was drawn by a program.</p>` : ''}
    <nav aria-label="Sections"><ul>${links.map(([id = '', name = '']) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
  </header>
  <main>
    ${summarySection(report)}
    ${await resultsSection(report)}
    ${await trainingSection(report)}
    ${samplesSection(report, thumbnails)}
    ${await dataSection(report)}
    ${lineageSection(report)}
    ${reproduceSection(report)}
  </main>
  <footer>A research artefact; not for clinical use. Written by Dermflow from content-addressed artifacts; the same numbers stand in <code>report.json</code>.</footer>`;
  return htmlPage({ title, body });
}
