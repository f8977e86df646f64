/** Everything that the report of a run of SkinGPT-R1 says, read out of the store. */
import { z } from 'zod';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { BenchmarkResult } from '../../../domain/contracts/benchmarks.ts';
import type { NarrativeReportInput } from '../../../domain/contracts/report.ts';
import type { Scores } from '../../../domain/dermeval/dimensions.ts';
import type {
  NarrativeReportSources,
  ReportedNarrative,
  Scored,
} from '../../../domain/methods/skingpt-r1/report/build.ts';
import type { ScoredAnswer } from '../../../domain/methods/skingpt-r1/report/compare.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { readJson } from '../../store/commit.ts';
import { fetchRows } from '../../store/rows.ts';
import { traceLineage } from '../lineage.ts';
import { metricsIn, numberedLogs, readCases, readLogs, readSoftware } from '../sources.ts';

/** Fields beside the reason are the writer's own. */
const rejectedSchema = z.looseObject({ reason: z.string() });

/** @param folder an empty one on this machine's disk, for rows that are more than memory should hold */
export async function readNarrativeSources(
  store: ArtifactStore,
  input: NarrativeReportInput,
  folder: string,
): Promise<NarrativeReportSources> {
  const lineage = await traceLineage(
    store,
    Object.values(narrativeArtifactsOf(input)).map(({ sha256 }) => sha256),
  );
  const rows = <T>(artifact: ArtifactRef, { name, schema }: { name: string; schema: z.ZodType<T> }) =>
    fetchRows(store, artifact, name, schema, folder);
  const { narratives: written, scores: scored, certified: reviewed, dermcot: chosen } = artifactFiles;

  const narratives: ReportedNarrative[] = [];
  for await (const { id, group, skinTone } of await rows(input.narratives.narratives, written.narratives))
    narratives.push({ id, group, ...(skinTone === undefined ? {} : { skinTone }) });
  const reasons = new Map<string, number>();
  for await (const { reason } of await rows(input.narratives.narratives, {
    ...written.quarantine,
    schema: rejectedSchema,
  }))
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const scores = new Map<string, Scores>();
  for await (const own of await rows(input.scores.scores, scored.scores)) scores.set(own.id, own.scores);
  const kept = new Set<string>();
  for (const file of [chosen.train, chosen.validation])
    for await (const { id } of await rows(input.dermcot.dermcot, file)) kept.add(id);
  const [certified, reviews]: [
    NarrativeReportSources['certified'][number][],
    NarrativeReportSources['reviews'][number][],
  ] = [[], []];
  if (input.certified) {
    for await (const { id, group, part, scores: own } of await rows(input.certified.certified, reviewed.certified))
      certified.push({ id, group, part, scores: own });
    for await (const review of await rows(input.certified.certified, reviewed.reviews)) reviews.push(review);
  }
  return {
    input,
    ...(await readCases(store, input.data.dataset, folder)),
    ...{ narratives, scores, kept, reasons, certified, reviews },
    scorer: await readJson(store, input.scores.scores, scored.stats.name, scored.stats.schema),
    evaluations: await Promise.all(input.evaluations.map((result) => readScored(store, result, folder))),
    bench: await Promise.all(input.bench.map((result) => readScored(store, result, folder))),
    logs: await readLogs(store, metricsIn(input.logs)),
    lineage,
    software: await readSoftware(store, lineage),
  };
}

async function readScored(store: ArtifactStore, result: BenchmarkResult, folder: string): Promise<Scored> {
  const { name, schema } = artifactFiles.benchmark.items;
  const answers: ScoredAnswer[] = [];
  for await (const { id, group, strict, lenient, dermeval } of await fetchRows(
    store,
    result.evaluation,
    name,
    schema,
    folder,
  ))
    answers.push({
      ...{ id, group, score: { strict: strict.score, lenient: lenient.score } },
      ...(dermeval ? { dermeval } : {}),
    });
  return { result, answers };
}

/** All artifacts that the input names, by names that tell those of one kind apart, in the order of the procedure. */
export function narrativeArtifactsOf(input: NarrativeReportInput): Record<string, ArtifactRef> {
  const { data, narratives, scores, certified, dermcot, adapter } = input;
  const evaluated = [...input.evaluations, ...input.bench].map(({ label, benchmark, shown, evaluation }) => [
    `${label}, ${benchmark}${shown === 'grey' ? ', grey' : ''}`,
    evaluation,
  ]);
  return {
    dataset: data.dataset,
    narratives: narratives.narratives,
    scores: scores.scores,
    ...(certified ? { certified: certified.certified, judgements: certified.judgements } : {}),
    dermcot: dermcot.dermcot,
    ...Object.fromEntries(numberedLogs(input.logs)),
    ...Object.fromEntries(evaluated),
    adapter,
  };
}
