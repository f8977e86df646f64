/** What a finished ablation says: its report, and its models' answers. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { readJson } from '../../activities/store/commit.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import type { ItemsOf } from '../../domain/methods/skin-r1/ablation/ablations.ts';
import type { AblatedRun } from '../../domain/methods/skin-r1/ablation/table.ts';
import { reportSchema } from '../../domain/report/report.ts';
import { asScored } from '../evaluate/run-items.ts';

export async function readRun(
  store: ArtifactStore,
  { report }: RunResult,
  about: Omit<AblatedRun, 'report'>,
): Promise<AblatedRun> {
  const { name } = artifactFiles.report.report;
  return { ...about, report: await readJson(store, await store.manifest(report), name, reportSchema) };
}

/** @param results by the names of the runs */
export function itemsIn(store: ArtifactStore, results: ReadonlyMap<string, RunResult>): ItemsOf {
  const { name, schema } = artifactFiles.evaluation.items;
  return async ({ run }, label, task) => {
    const evaluation = results.get(run)?.evaluations.find((own) => own.label === label)?.evaluation;
    if (!evaluation) return null;
    const items = (await readJsonLines(store, evaluation, name, schema)).filter((item) => item.task === task);
    return items.length === 0 ? null : items.map(asScored);
  };
}
