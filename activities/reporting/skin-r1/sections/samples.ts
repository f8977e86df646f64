import { html } from 'hono/html';
import type { Report, SampleCase } from '../../../../domain/methods/skin-r1/report/report.ts';
import { conditionNames } from '../../../../domain/questions/tags.ts';
import { type Markup, section } from '../../markup.ts';
import { rewardParts } from './reward-parts.ts';

/** @param thumbnails data URIs by the image's SHA-256 */
export function samplesSection(report: Report, thumbnails: ReadonlyMap<string, string>): Markup {
  if (report.samples.length === 0) return html``;
  const titles = new Map(report.evaluations.map(({ label, title }) => [label, title]));
  return section(
    'samples',
    'Sample cases',
    html`<p>Held-out questions with the final model's whole output: up to four that it got right and four that it got wrong, drawn by
      the run's seed. Reward parts are what the output would earn in training; the test prompt does not ask for the condition of
      the lesion, so that part may be 0.</p>`,
    html`<div class="cases">${report.samples.map((sample) => card(sample, thumbnails.get(sample.image.sha256), titles, report))}</div>`,
  );
}

function card(
  sample: SampleCase,
  thumbnail: string | undefined,
  titles: ReadonlyMap<string, string>,
  { data }: Report,
): Markup {
  const kind = data.generated ? 'Generated image' : 'Image';
  const { width, height } = sample.image;
  return html`
    <article class="case ${sample.correct ? 'right' : 'wrong'}">
      ${thumbnail ? html`<img src="${thumbnail}" alt="${kind} of ${sample.diagnosis}, ${conditionNames[sample.malignancy]}" width="${width}" height="${height}">` : ''}
      <div class="case-text">
        <h3><span class="verdict">${sample.correct ? 'Right' : 'Wrong'}</span> ${sample.diagnosis} <small>(${conditionNames[sample.malignancy]})</small></h3>
        <ol class="options">${sample.options.map((option) => optionLine(sample, option))}</ol>
        <p class="output" aria-label="Output of the model">${sample.output}</p>
        ${rewardParts(sample.rewards)}
        ${sample.others.length > 0 ? others(sample, titles) : ''}
      </div>
    </article>`;
}

function optionLine({ answer, letter }: SampleCase, option: SampleCase['options'][number]): Markup {
  const marks = [...(option.letter === answer ? ['right'] : []), ...(option.letter === letter ? ['chosen'] : [])];
  return html`<li class="${marks.join(' ')}"><b>${option.letter}</b> ${option.label}${marks.length > 0 ? html` <em>${marks.join(', ')}</em>` : ''}</li>`;
}

const others = ({ others }: SampleCase, titles: ReadonlyMap<string, string>): Markup => html`
  <details>
    <summary>What the other models answered</summary>
    <ul>${others.map((other) => html`<li>${titles.get(other.label) ?? other.label}: ${other.predicted ?? 'unreadable'} ${other.correct ? '✓' : '✗'}</li>`)}</ul>
  </details>`;
