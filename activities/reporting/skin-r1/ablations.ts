/** The ablations of a recipe as one HTML file: no script, no request, every value escaped. */
import { html } from 'hono/html';
import { modelOf } from '../../../domain/evaluation/model-under-test.ts';
import { type Ablations, flatReward } from '../../../domain/methods/skin-r1/ablation/ablations.ts';
import {
  claimRowHead,
  claimRows,
  notesOn,
  resultCells,
  resultHead,
} from '../../../domain/methods/skin-r1/ablation/words.ts';
import type { QuestionTask } from '../../../domain/questions/question.ts';
import { pointsOf } from '../../../domain/report/training-log.ts';
import { taskTitles } from '../../../domain/report/words.ts';
import { stages } from '../../../domain/stages/index.ts';
import { curveChart } from '../charts/curves.ts';
import { pointsChart, type StepPoint } from '../charts/steps.ts';
import { htmlPage } from '../html-page.ts';
import { figure, type Markup, section, table, unbroken } from '../markup.ts';
import { numberedReasons } from '../sections/paper.ts';

export async function ablationsPage(ablations: Ablations): Promise<string> {
  const { recipe, runs, rows } = ablations;
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const title = `Ablations: ${recipe}`;
  const links = [
    ['table', 'Table'],
    ['claims', 'Claims'],
    ['curves', 'Curves'],
    ['runs', 'Runs'],
  ] as const;
  const tasks = [...new Set(rows.map(({ task }) => task))];
  const body = html`  <header>
    <h1>${title}</h1>
    <p class="byline">${runs.length} runs · ${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}`}</p>
    <nav aria-label="Sections"><ul>${links.map(([id = '', name = '']) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
  </header>
  <main>
    ${tableSection(ablations, tasks)}
    ${claimsSection(ablations)}
    ${await curvesSection(ablations, tasks)}
    ${section('runs', 'Runs', runsTable(ablations))}
  </main>
  <footer>A research artefact; not for clinical use. The same numbers stand in <code>ablations.json</code> and <code>ablations.md</code> beside this page.</footer>`;
  return htmlPage({ title, body });
}

function tableSection(ablations: Ablations, tasks: readonly QuestionTask[]): Markup {
  const { rows } = ablations;
  const reasons = numberedReasons(rows.map(({ notComparable }) => notComparable));
  const tables = tasks.map((task) =>
    table(
      taskTitles[task],
      resultHead,
      rows.filter((row) => row.task === task).map((row) => line(resultCells(row, reasons.write))),
    ),
  );
  const notes = notesOn(ablations).map((note) => html`<li>${note}</li>`);
  return section('table', 'Paper and ours', ...tables, reasons.legend, html`<ul class="findings">${notes}</ul>`);
}

const line = ([name = '', ...cells]: readonly string[]): Markup =>
  html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${unbroken(cell)}</td>`)}</tr>`;

const claimsSection = (ablations: Ablations): Markup =>
  section(
    'claims',
    'Claims of the paper',
    html`<p>Paired tests by whole patients on the items that both models were asked, strict reader, differences in percentage
      points, p corrected by Holm's method
      for the claims that were tested with a seed.</p>`,
    table('Whether they hold on these data', claimRowHead, claimRows(ablations).map(line)),
  );

async function curvesSection({ rows, rewards }: Ablations, tasks: readonly QuestionTask[]): Promise<Markup> {
  const figures: Markup[] = [
    await figure({
      id: 'reward',
      title: 'Reward by GRPO step: with SFT, without it, and flat',
      caption:
        'Mean over the completions of a step and over the seeds. The flat reward pays nothing for a coarser label on the right path, so it is no higher for the same answers. Bold: moving average; pale, or as dots where there are few: as logged.',
      description: rewards.map(({ name, lines }) => endsOf(name, lines)).join('; '),
      spec: (width) =>
        curveChart(
          {
            curves: rewards.map((curve) => ({ ...curve, scalar: 'reward' })),
            ...{ x: 'GRPO step (optimiser steps)', y: 'Mean reward (points)', raw: true },
          },
          width,
        ),
    }),
  ];
  for (const task of tasks) {
    const found = rows.filter((row) => row.task === task && row.measure === 'accuracy').flatMap(pointsOfModel);
    const lost = found.find(({ name }) => rewards.every((curve) => curve.name !== name));
    if (lost) throw new RangeError(`ablations: models of "${lost.name}" belong to no curve of rewards`);
    // In the order of the rewards' curves, so that a colour says the same in every figure.
    const points = rewards.flatMap(({ name }) => found.filter((point) => point.name === name));
    if (points.length === 0) continue;
    figures.push(
      await figure({
        id: `accuracy-${task}`,
        title: `${taskTitles[task]}: accuracy by step`,
        caption: 'Strict reader, with 95 % intervals. The base model and SFT stand at step 0.',
        description: points.map(({ name, step, score }) => `${name}, step ${step}: ${score.toFixed(1)} %`).join('; '),
        spec: (width) => pointsChart(points, width),
      }),
    );
  }
  return section('curves', 'Curves', ...figures);
}

function endsOf(name: string, lines: Ablations['rewards'][number]['lines']): string {
  const points = pointsOf(lines, 'reward');
  const [first, last] = [points[0], points.at(-1)];
  return first && last
    ? `${name}: from ${first.value.toPrecision(3)} at step ${first.step} to ${last.value.toPrecision(3)} at step ${last.step}`
    : `${name}: not logged`;
}

/** GRPO begins at SFT, RL without SFT at the base model: each curve from its beginning. */
function pointsOfModel({ label, step, reward, strict }: Ablations['rows'][number]): StepPoint[] {
  const stage = modelOf({ label, step })?.stage;
  const percent = (share: number | null): number | null => (share === null ? null : 100 * share);
  const point = { score: 100 * strict.value, low: percent(strict.low), high: percent(strict.high) };
  const [withSft, withoutSft] = [stages.grpo.logTitle, stages['rl-only'].logTitle];
  if (stage === 'base') return [{ ...point, name: withoutSft, step: 0 }];
  if (stage === 'sft') return [withSft, flatReward].map((name) => ({ ...point, name, step: 0 }));
  if (stage === undefined) throw new RangeError(`ablations: no stage makes ${label}`);
  const name = reward === 'flat' ? flatReward : stages[stage].logTitle;
  return [{ ...point, name, step: step ?? 0 }];
}

const runsTable = ({ runs }: Ablations): Markup =>
  table(
    'Runs',
    ['Run', 'Seed', 'Reward'],
    runs.map(({ run, seed, reward }) => line([run, String(seed), reward === 'own' ? "the recipe's own" : 'flat'])),
  );
