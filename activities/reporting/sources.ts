/** What reports of several methods say, read out of the store. */
import { z } from 'zod';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { type CaseTally, createCaseTally } from '../../domain/cases/data-report.ts';
import type { FunnelStep } from '../../domain/cases/dermnet-filter.ts';
import type { StageLog } from '../../domain/contracts/report.ts';
import type { LineageEntry } from '../../domain/report/parts.ts';
import type { MetricsLine } from '../../domain/report/training-log.ts';
import { type Stage, stageNames } from '../../domain/stages/index.ts';
import { dermflowVersion } from '../../platform/version.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJson } from '../store/commit.ts';
import { fetchRows, readJsonLines } from '../store/rows.ts';

/** The stretches of a stage. */
export const metricsIn =
  (logs: readonly StageLog[]) =>
  (stage: Stage): ArtifactRef[] =>
    logs.flatMap((log) => (log.stage === stage ? [log.metrics] : []));

/** What a report says of the cases. */
export async function readCases(
  store: ArtifactStore,
  dataset: ArtifactRef,
  folder: string,
): Promise<{ cases: CaseTally; funnel: readonly FunnelStep[] }> {
  const files = artifactFiles.dataset;
  const cases = createCaseTally();
  for await (const c of await fetchRows(store, dataset, files.cases.name, files.cases.schema, folder)) cases.add(c);
  return { cases, funnel: (await readJson(store, dataset, files.report.name, dataReportSchema)).funnel };
}

/** The part of a `DataReport` that the page shows beside what it counts itself. */
const dataReportSchema = z.object({
  funnel: z.array(z.object({ name: z.string(), images: z.int(), classes: z.int() })),
});

/** `sft-1`, `sft-2`, …: the stretches of each stage. */
export function numberedLogs(logs: readonly StageLog[]): [string, ArtifactRef][] {
  const byStage = Map.groupBy(logs, ({ stage }) => stage);
  return [...byStage].flatMap(([stage, own]) =>
    own.map(({ metrics }, i): [string, ArtifactRef] => [`${stage}-${i + 1}`, metrics]),
  );
}

export async function readLogs(
  store: ArtifactStore,
  metricsOf: (stage: Stage) => readonly ArtifactRef[],
): Promise<Record<Stage, MetricsLine[]>> {
  const read = stageNames.map(
    async (stage) => [stage, await readStretches(store, metricsOf(stage), artifactFiles.metrics.metrics)] as const,
  );
  return Object.fromEntries(await Promise.all(read)) as Record<Stage, MetricsLine[]>; // one for each stage
}

export async function readStretches<T>(
  store: ArtifactStore,
  stretches: readonly ArtifactRef[],
  { name, schema }: { name: string; schema: z.ZodType<T> },
): Promise<T[]> {
  return (await Promise.all(stretches.map((metrics) => readJsonLines(store, metrics, name, schema)))).flat();
}

/** Versions that checkpoints state: those of the trainer. */
const trainerFactsSchema = z.object({ environment: z.object({ software: z.record(z.string(), z.string()) }) });

/** The trainer's versions as its checkpoints state them (several where a run was resumed with others), and ours. */
export async function readSoftware(
  store: ArtifactStore,
  lineage: readonly LineageEntry[],
): Promise<Record<string, string>> {
  const versions = new Map<string, Set<string>>();
  for (const { sha256 } of lineage.filter(({ kind }) => kind === 'checkpoint')) {
    const { environment } = trainerFactsSchema.parse((await store.manifestByDigest(sha256))?.facts);
    for (const [name, version] of Object.entries(environment.software)) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
  }
  const trainer = [...versions].map(([name, found]) => [name, [...found].join(', ')] as const);
  return { dermflow: dermflowVersion, node: process.versions.node, ...Object.fromEntries(trainer) };
}
