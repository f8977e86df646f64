/** Everything that the report of a run of Skin-R1 says, read out of the store. */
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { ReportInput } from '../../../domain/contracts/report.ts';
import type { ReportSources } from '../../../domain/methods/skin-r1/report/build.ts';
import { rewardedStages } from '../../../domain/stages/index.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { traceLineage } from '../lineage.ts';
import { metricsIn, numberedLogs, readCases, readLogs, readSoftware, readStretches } from '../sources.ts';
import { readAnswers } from './answers.ts';

/** @param folder an empty one on this machine's disk, for rows that are more than memory should hold */
export async function readSources(store: ArtifactStore, input: ReportInput, folder: string): Promise<ReportSources> {
  const { logs } = input;
  const metricsOf = metricsIn(logs);
  const policy = rewardedStages.find((stage) => metricsOf(stage).length > 0);
  const artifacts = Object.values(artifactsOf(input)).map(({ sha256 }) => sha256);
  const lineage = await traceLineage(store, artifacts);
  return {
    input,
    ...(await readCases(store, input.data.dataset, folder)),
    ...(await readAnswers(store, input, folder)),
    logs: await readLogs(store, metricsOf),
    completions: await readStretches(store, policy ? metricsOf(policy) : [], artifactFiles.metrics.samples),
    lineage,
    software: await readSoftware(store, lineage),
  };
}

/** All artifacts that the input names, by names that tell those of one kind apart, in the order of the procedure. */
export function artifactsOf(input: ReportInput): Record<string, ArtifactRef> {
  const { data, trajectories, adapter } = input;
  return {
    dataset: data.dataset,
    textbook: data.textbook,
    questions: data.questions,
    trajectories: trajectories.trajectories,
    ...Object.fromEntries(numberedLogs(input.logs)),
    ...Object.fromEntries(input.evaluations.map(({ label, evaluation }) => [`evaluation-${label}`, evaluation])),
    ...Object.fromEntries(
      (input.probes?.rows ?? []).map(({ label, benchmark, evaluation }) => [`${label}, ${benchmark}`, evaluation]),
    ),
    adapter,
  };
}
