/** The report of SkinGPT-R1, plain: counts and scores. */
import { html } from 'hono/html';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { BenchmarkResult } from '../../domain/contracts/benchmarks.ts';
import type { NarrativeReportInput } from '../../domain/contracts/report.ts';
import { modelId } from '../../domain/evaluation/model-under-test.ts';
import { exportedModel } from '../../domain/methods/index.ts';
import { percent, percentRange } from '../../domain/report/words.ts';
import type { Made } from '../commit-once.ts';
import { htmlPage } from './html-page.ts';
import { section, table } from './markup.ts';

export async function narrativeReport(input: NarrativeReportInput): Promise<Made> {
  const { run, recipe, evaluations, bench } = input;
  const title = `SkinGPT-R1 post-training: ${recipe.name}`;
  const rows = [...evaluations, ...bench].map(
    ({ benchmark, label, strict, items }: BenchmarkResult) =>
      html`<tr><th scope="row">${benchmark}</th><td>${label}</td><td>${percent(strict.score.value)}</td><td>${percentRange(strict.score)}</td><td>${items}</td></tr>`,
  );
  const head = ['Set', 'Model', 'Score', '95 % interval', 'n'];
  const body = html`<header><h1>${title}</h1></header><main>${section('results', 'Results', table('Scores', head, rows))}</main>`;
  const final = modelId(exportedModel(recipe, 0));
  return {
    facts: { run, final, summary: [] },
    files: {
      [artifactFiles.report.page.name]: await htmlPage({ title, body }),
      [artifactFiles.report.report.name]: `${JSON.stringify({ schema: 1, ...input, final }, null, 2)}\n`,
    },
  };
}
