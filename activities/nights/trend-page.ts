/** All nights of a schedule as one HTML file: no script, no request, every value escaped. */
import { html, raw } from 'hono/html';
import type { NightPoint, NightRecord } from '../../domain/nights/record.ts';
import { wordsOf } from '../../domain/nights/words.ts';
import { figure, type Markup, section, table } from '../reporting/markup.ts';
import { style } from '../reporting/style.ts';
import { trendChart } from './trend-chart.ts';

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** @param nights the oldest first; the last one is the headline */
export async function trendPage(schedule: string, nights: readonly NightRecord[]): Promise<string> {
  const last = nights.at(-1);
  const names = [...new Set(nights.flatMap(({ benchmarks }) => benchmarks.map(({ benchmark }) => benchmark)))];
  const sections: Markup[] = [];
  for (const [i, name] of names.entries()) sections.push(await benchmarkSection(nights, name, i));
  const title = `Nights: ${schedule}`;
  const page = await html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>${title}</title>
  <link rel="icon" href="data:,">
  <style>${raw(style)}</style>
</head>
<body>
  <header>
    <h1>${title}</h1>
    ${last ? html`<p class="byline">${nights.length} nights, the last <code>${last.night}</code>: <strong>${last.verdict}</strong></p>` : ''}
    ${last ? html`<ul class="findings">${last.benchmarks.map((point) => html`<li>${wordsOf(point)}</li>`)}</ul>` : ''}
  </header>
  <main>${sections}</main>
  <footer>A research artefact; not for clinical use. Written by Dermflow; the same numbers stand in <code>night.json</code> of each night.</footer>
</body>
</html>
`;
  return String(page);
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

function row(night: string, point: NightPoint): Markup {
  const { measured, verdict } = point;
  const short = (digest: string | null | undefined): string => digest?.slice(0, 8) ?? '';
  const { digests } = measured ?? {};
  return html`<tr>
    <th scope="row">${night}</th>
    <td class="${verdict.verdict === 'drop' ? 'wrong' : ''}"><span class="verdict">${wordsOf(point)}</span></td>
    <td>${measured?.label ?? ''}</td>
    <td><code>${short(digests?.model)}</code></td>
    <td><code>${short(digests?.judge)}</code></td>
    <td><code>${short(digests?.prompt)}</code></td>
    <td><code>${short(digests?.data)}</code></td>
    <td>${measured?.line ?? ''}</td>
  </tr>`;
}
