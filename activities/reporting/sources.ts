/** Everything that a report says, read out of the store. */
import { z } from 'zod';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { caseSchema } from '../../domain/cases/case.ts';
import type { ReportInput } from '../../domain/contracts.ts';
import { evaluationItemSchema } from '../../domain/evaluation/item.ts';
import { evaluationSummarySchema } from '../../domain/evaluation/summary.ts';
import { type TextOnlyAnswer, textOnlyAnswerSchema, textOnlyFile } from '../../domain/evaluation/text-only.ts';
import { questionSchema } from '../../domain/questions/question.ts';
import type { ReportSources } from '../../domain/report/build.ts';
import type { LineageEntry } from '../../domain/report/report.ts';
import { metricsLineSchema, sampleLineSchema } from '../../domain/report/training-log.ts';
import { dermflowVersion } from '../../infra/version.ts';
import { datasetFiles } from '../datasets/join.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJson, readJsonLines } from '../store/commit.ts';
import { traceLineage } from './lineage.ts';

export async function readSources(store: ArtifactStore, input: ReportInput): Promise<ReportSources> {
  const { data, conceptMetrics = [], sftMetrics, grpoMetrics, rlOnlyMetrics } = input;
  const artifacts = Object.values(artifactsOf(input)).map(({ sha256 }) => sha256);
  const lineage = await traceLineage(store, artifacts);
  return {
    input,
    cases: await readJsonLines(store, data.dataset, datasetFiles.cases, caseSchema),
    funnel: (await readJson(store, data.dataset, datasetFiles.report, dataReportSchema)).funnel,
    questions: await readJsonLines(store, data.questions, 'test.jsonl', questionSchema),
    textOnly: await readTextOnly(store, data.questions),
    ...(await readEvaluations(store, input.evaluations)),
    logs: {
      concepts: await readStretches(store, conceptMetrics, 'metrics.jsonl', metricsLineSchema),
      sft: await readStretches(store, sftMetrics, 'metrics.jsonl', metricsLineSchema),
      grpo: await readStretches(store, grpoMetrics, 'metrics.jsonl', metricsLineSchema),
      rlOnly: await readStretches(store, rlOnlyMetrics, 'metrics.jsonl', metricsLineSchema),
    },
    completions: await readStretches(store, grpoMetrics, 'samples.jsonl', sampleLineSchema),
    lineage,
    software: await readSoftware(store, lineage),
  };
}

/** Empty for questions that were made before this was measured. */
async function readTextOnly(store: ArtifactStore, questions: ArtifactRef): Promise<TextOnlyAnswer[]> {
  const manifest = await store.manifest(questions);
  return textOnlyFile in manifest.files ? readJsonLines(store, manifest, textOnlyFile, textOnlyAnswerSchema) : [];
}

/** The part of a `DataReport` that the page shows beside what it counts itself. */
const dataReportSchema = z.object({
  funnel: z.array(z.object({ name: z.string(), images: z.int(), classes: z.int() })),
});

/** All artifacts that the input names, by names that tell those of one kind apart, in the order of the procedure. */
export function artifactsOf(input: ReportInput): Record<string, ArtifactRef> {
  const { data, trajectories, adapter } = input;
  const stretches = (name: string, refs: readonly ArtifactRef[]) => refs.map((ref, i) => [`${name}-${i + 1}`, ref]);
  return {
    dataset: data.dataset,
    textbook: data.textbook,
    questions: data.questions,
    trajectories: trajectories.trajectories,
    ...Object.fromEntries(stretches('concepts', input.conceptMetrics ?? [])),
    ...Object.fromEntries(stretches('sft', input.sftMetrics)),
    ...Object.fromEntries(stretches('grpo', input.grpoMetrics)),
    ...Object.fromEntries(stretches('rl-only', input.rlOnlyMetrics)),
    ...Object.fromEntries(input.evaluations.map(({ label, evaluation }) => [`evaluation-${label}`, evaluation])),
    adapter,
  };
}

async function readEvaluations(
  store: ArtifactStore,
  evaluations: ReportInput['evaluations'],
): Promise<Pick<ReportSources, 'summaries' | 'items'>> {
  const read = evaluations.map(async ({ label, evaluation }) => ({
    label,
    summary: await readJson(store, evaluation, 'summary.json', evaluationSummarySchema),
    items: await readJsonLines(store, evaluation, 'items.jsonl', evaluationItemSchema),
  }));
  const all = await Promise.all(read);
  return {
    summaries: all.map(({ label, summary }) => ({ label, ...summary })),
    items: new Map(all.map(({ label, items }) => [label, items])),
  };
}

async function readStretches<T>(
  store: ArtifactStore,
  stretches: readonly ArtifactRef[],
  file: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  return (await Promise.all(stretches.map((metrics) => readJsonLines(store, metrics, file, schema)))).flat();
}

/** Versions that checkpoints state: those of the trainer. */
const trainerFactsSchema = z.object({ environment: z.object({ software: z.record(z.string(), z.string()) }) });

/** The trainer's versions as its checkpoints state them (several where a run was resumed with others), and ours. */
async function readSoftware(store: ArtifactStore, lineage: readonly LineageEntry[]): Promise<Record<string, string>> {
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
