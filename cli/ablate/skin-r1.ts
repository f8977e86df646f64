/** The ablations of Skin-R1: with and without SFT, by step, and the flat reward. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { ablationsPage } from '../../activities/reporting/skin-r1/ablations.ts';
import { readJson } from '../../activities/store/commit.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import { type Ablations, buildAblations, type ItemsOf } from '../../domain/methods/skin-r1/ablation/ablations.ts';
import { ablationsMarkdown } from '../../domain/methods/skin-r1/ablation/markdown.ts';
import type { AblatedRun } from '../../domain/methods/skin-r1/ablation/table.ts';
import {
  claimRowHead,
  claimRows,
  notesOn,
  resultCells,
  resultHead,
} from '../../domain/methods/skin-r1/ablation/words.ts';
import { reportSchema } from '../../domain/methods/skin-r1/report/report.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { numbered } from '../../domain/report/numbered.ts';
import { taskTitles } from '../../domain/report/words.ts';
import { asScored } from '../evaluate/run-items.ts';
import { renderTable } from '../table.ts';
import type { TableOf } from './kind.ts';

export const skinR1Table: TableOf<SkinR1Recipe> = async (recipe, done, store) => {
  const ablated = await Promise.all(
    done.map(({ run, recipe: { seed, rewards }, result }) =>
      readRun(store, result, { run, seed, reward: rewards.granularity === 'flat' ? 'flat' : 'own' }),
    ),
  );
  const results = new Map(done.map(({ run, result }) => [run, result]));
  const ablations = await buildAblations(recipe, ablated, itemsIn(store, results));
  return {
    ...{ json: ablations, text: render(ablations), page: 'ablations.html' },
    files: {
      'ablations.json': `${JSON.stringify(ablations, null, 2)}\n`,
      'ablations.md': ablationsMarkdown(ablations),
      'ablations.html': await ablationsPage(ablations),
    },
  };
};

function render(ablations: Ablations): string {
  const { rows } = ablations;
  const reasons = numbered(rows.map(({ notComparable }) => notComparable));
  const tables = [...Map.groupBy(rows, ({ task }) => task)].map(
    ([task, own]) =>
      `${taskTitles[task]}\n${renderTable(
        resultHead,
        own.map((row) => resultCells(row, reasons.write)),
      )}`,
  );
  const legend = reasons.all.map((reason, i) => `(${i + 1}) ${reason}`);
  return [
    ...tables,
    ...(legend.length > 0 ? [`not comparable:\n${legend.join('\n')}`] : []),
    `claims of the paper\n${renderTable(claimRowHead, claimRows(ablations))}`,
    notesOn(ablations).join('\n'),
  ].join('\n\n');
}

async function readRun(
  store: ArtifactStore,
  { report }: RunResult,
  about: Omit<AblatedRun, 'report'>,
): Promise<AblatedRun> {
  const { name } = artifactFiles.report.report;
  return { ...about, report: await readJson(store, await store.manifest(report), name, reportSchema) };
}

/** @param results by the names of the runs */
function itemsIn(store: ArtifactStore, results: ReadonlyMap<string, RunResult>): ItemsOf {
  const { name, schema } = artifactFiles.evaluation.items;
  return async ({ run }, label, task) => {
    const evaluation = results.get(run)?.evaluations.find((own) => own.label === label)?.evaluation;
    if (!evaluation) return null;
    const items = (await readJsonLines(store, evaluation, name, schema)).filter((item) => item.task === task);
    return items.length === 0 ? null : items.map(asScored);
  };
}
