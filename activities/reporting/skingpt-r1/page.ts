/** The report of a run of SkinGPT-R1 as one HTML file: no script, no request, every value escaped. */
import { html } from 'hono/html';
import { methodOf } from '../../../domain/methods/index.ts';
import type { NarrativeReport } from '../../../domain/methods/skingpt-r1/report/report.ts';
import { grouped } from '../../../domain/words.ts';
import { htmlPage } from '../html-page.ts';
import { section, unbroken } from '../markup.ts';
import { casesSection, lineageSection, reproduceSection } from '../sections/provenance.ts';
import { certifiedSection, narrativesSection } from './dermcot.ts';
import { benchSection, recognitionSection } from './results.ts';
import { distillationSection } from './training.ts';

export async function narrativeReportPage(report: NarrativeReport): Promise<string> {
  const { recipe, narratives, certified, data } = report;
  const title = `${methodOf(recipe).title} post-training: ${recipe.name}`;
  const links = [
    ['summary', 'Summary'],
    ['recognition', 'Recognition'],
    ['dermbench', 'Narratives of the models'],
    ['narratives', 'DermCoT'],
    ...(certified ? [['certified', 'Certified cases']] : []),
    ['training', 'Training'],
    ['data', 'Data'],
    ['lineage', 'Lineage'],
    ['reproduce', 'How to reproduce'],
  ] as const;
  const isScripted = certified?.reviewers.some(({ kind }) => kind === 'script') ?? false;
  const made = html`${grouped(narratives.counts.cases)} training cases gave ${grouped(narratives.counts.written)} narratives, of
      which ${grouped(narratives.rows.train)} are trained on and ${grouped(narratives.rows.validation)} held out; ${grouped(narratives.counts.llmCalls)} calls to
      the language model, ${grouped(narratives.counts.rejected)} replies rejected.`;
  const body = html`  <header>
    <h1>${title}</h1>
    <p class="byline">Run <code>${report.run}</code> · base model <code>${report.model.base}</code> · seed ${recipe.seed}</p>
    ${data.generated ? html`<p class="label"><strong>Generated images, not patients.</strong> Every picture here was drawn by a program.</p>` : ''}
    ${isScripted ? html`<p class="label"><strong>Scripted reviewers, not people.</strong> A program scored the certified cases instead of dermatologists.</p>` : ''}
    <nav aria-label="Sections"><ul>${links.map(([id = '', name = '']) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
  </header>
  <main>
    ${section(
      'summary',
      'Summary',
      html`<ul class="findings">${report.summary.map((sentence) => html`<li>${unbroken(sentence)}</li>`)}</ul>`,
    )}
    ${recognitionSection(report)}
    ${benchSection(report)}
    ${narrativesSection(report)}
    ${certified ? certifiedSection(report, certified) : ''}
    ${await distillationSection(report)}
    ${await casesSection(report, made)}
    ${lineageSection(report)}
    ${reproduceSection(report)}
  </main>
  <footer>A research artefact; not for clinical use. Written by Dermflow from content-addressed artifacts; the same numbers stand in <code>report.json</code>.</footer>`;
  return htmlPage({ title, body });
}
