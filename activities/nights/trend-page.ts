/** All nights of a schedule as one HTML file: no script, no request, every value escaped. */
import { html } from 'hono/html';
import type { NightPoint, NightRecord } from '../../domain/nights/record.ts';
import { nightWords } from '../../domain/nights/words.ts';
import { htmlPage } from '../reporting/html-page.ts';
import { figure, type Markup, section, table } from '../reporting/markup.ts';
import { trendChart } from './trend-chart.ts';

/** @param nights the oldest first; the last one is the headline */
export async function trendPage(schedule: string, nights: readonly NightRecord[]): Promise<string> {
  const last = nights.at(-1);
  const names = [...new Set(nights.flatMap(({ benchmarks }) => benchmarks.map(({ benchmark }) => benchmark)))];
  const sections: Markup[] = [];
  for (const [i, name] of names.entries()) sections.push(await benchmarkSection(nights, name, i));
  const title = `Nights: ${schedule}`;
  const body = html`  <header>
    <h1>${title}</h1>
    ${last ? html`<p class="byline">${nights.length} nights, the last <code>${last.night}</code>: <strong>${last.verdict}</strong></p>` : ''}
    ${last ? html`<ul class="findings">${last.benchmarks.map((point) => html`<li>${nightWords(point)}</li>`)}</ul>` : ''}
  </header>
  <main>${sections}</main>
  <footer>A research artefact; not for clinical use. Written by Dermflow; the same numbers stand in <code>night.json</code> of each night.</footer>`;
  return htmlPage({ title, body });
}

async function benchmarkSection(nights: readonly NightRecord[], benchmark: string, i: number): Promise<Markup> {
  const id = `benchmark-${i}`;
  const rows = nights.toReversed().flatMap(({ night, benchmarks }) => {
    const point = benchmarks.find((each) => each.benchmark === benchmark);
    return point ? [row(night, point)] : [];
  });
  return section(
    id,
    benchmark,
    await figure({
      id: `${id}-trend`,
      title: `Score of ${benchmark} by night`,
      caption: 'With 95 % intervals. Points that are joined can be compared: judge, prompt and items are the same.',
      description: `${rows.length} nights; the numbers stand in the table below.`,
      spec: (width) => trendChart(nights, benchmark, width),
    }),
    table(
      `Nights of ${benchmark}, the newest first`,
      ['night', 'verdict', 'model', 'weights', 'judge', 'prompt', 'data', 'line since'],
      rows,
    ),
  );
}

/** What says nothing of the model, e.g. that it was not measured, is neither good nor bad. */
const compared = ({ verdict }: NightPoint): boolean => ['drop', 'rise', 'no change'].includes(verdict.verdict);

function row(night: string, point: NightPoint): Markup {
  const { measured, verdict } = point;
  const short = (digest: string | null | undefined): string => digest?.slice(0, 8) ?? '';
  const { digests } = measured ?? {};
  return html`<tr>
    <th scope="row">${night}</th>
    <td class="words ${verdict.verdict === 'drop' ? 'wrong' : ''}">${compared(point) ? html`<span class="verdict">${nightWords(point)}</span>` : nightWords(point)}</td>
    <td>${measured?.label ?? ''}</td>
    <td><code>${short(digests?.model)}</code></td>
    <td><code>${short(digests?.judge)}</code></td>
    <td><code>${short(digests?.prompt)}</code></td>
    <td><code>${short(digests?.data)}</code></td>
    <td>${measured?.line ?? ''}</td>
  </tr>`;
}
