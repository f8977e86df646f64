/** All evaluations in a store: those that were asked for by themselves, and those that runs make at their ends. */
import { z } from 'zod';
import { concurrently } from '../../activities/concurrently.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { findRecords, listRecords } from '../../activities/run-records.ts';
import { type ArtifactRef, canonicalJson, digestOf } from '../../domain/artifact.ts';
import { type BenchmarkScore, benchmarkScoreSchema } from '../../domain/contracts/benchmarks.ts';
import type { EvaluationResult, TaskScore } from '../../domain/contracts/evaluation.ts';
import { benchmarkOfTask } from '../../domain/evaluation/asked.ts';
import { labelOnGrey, modelId, modelOf } from '../../domain/evaluation/model-under-test.ts';
import { runResultSchema } from '../../domain/run-record.ts';

export interface BoardRow extends Omit<BenchmarkScore, 'groups' | 'lenient'> {
  /** Null for evaluations of runs, whose manifests do not have them; `lenient` for those of before version 7. */
  groups: number | null;
  lenient: BenchmarkScore['lenient'] | null;
  /** Artifact of kind `benchmark`, or `evaluation` of a run. */
  evaluation: ArtifactRef;
  /** Digest of who answered and how, or of imported answers: models of one label may have other weights. */
  answerer?: string | undefined;
}

/** Tells the models behind one label apart, where it is known that there are several: a few digits for each. */
export function modelsBehind(rows: readonly BoardRow[]): (row: BoardRow) => string {
  const known = new Set(rows.flatMap(({ answerer }) => answerer ?? []));
  return ({ answerer }) => (known.size > 1 && answerer !== undefined ? answerer.slice(0, 8) : '');
}

const readsInFlight = 16;

/** @param namespace Temporal's, whose runs are shown */
export async function readBoard(store: ArtifactStore, namespace: string): Promise<BoardRow[]> {
  const keys = await store.keys('benchmark', '');
  const own = newest((await concurrently(keys, readsInFlight, (key) => readBenchmark(store, key))).flat());
  const runs = new Set((await listRecords(store, namespace)).map(({ run }) => run));
  const ofRuns = await concurrently(runs, readsInFlight, (run) => rowsOfRun(store, run, namespace));
  return withoutRepeats(own, ofRuns.flat());
}

/** The same answers to the same items, as the newest version of the readers and scorers has them. */
function newest(rows: readonly Read[]): BoardRow[] {
  const same = Map.groupBy(rows, ({ row, items }) => {
    const { benchmark, label, profile, samples, shown, answerer } = row;
    return JSON.stringify([benchmark, label, profile, samples, shown, answerer, items]);
  });
  return [...same.values()].flatMap((own) => {
    const highest = Math.max(...own.map(({ version }) => version));
    return own.flatMap(({ row, version }) => (version === highest ? [row] : []));
  });
}

interface Read {
  row: BoardRow;
  /** Of the procedure that made it. */
  version: number;
  /** Digest of its items, where it is known. */
  items: string | undefined;
}

/** What was asked for by itself stands for the run's own evaluation of the same model and items, and counts patients too. */
export function withoutRepeats(own: readonly BoardRow[], ofRuns: readonly RowOfRun[]): BoardRow[] {
  const known = new Set(own.map((row) => measurementOf(row, row.label)));
  return [...own, ...ofRuns.flatMap(({ row, asked }) => (known.has(measurementOf(row, asked)) ? [] : [row]))];
}

const measurementOf = ({ benchmark, profile, samples, items, strict }: BoardRow, label: string): string =>
  JSON.stringify([benchmark, label, profile, samples, items, strict.score.value]);

interface RowOfRun {
  row: BoardRow;
  /** The label of the same model where it is evaluated by itself. */
  asked: string;
}

/** Of an evaluation's parameters those that say who answered. */
const answeredSchema = z.looseObject({ answerer: z.json().optional(), outputs: z.json().optional() }).catch({});

/** One that was written by another version, or was removed meanwhile, has no row. */
async function readBenchmark(store: ArtifactStore, key: string): Promise<Read[]> {
  const evaluation = await store.find('benchmark', key);
  if (!evaluation) return [];
  const { facts, params, method, inputs } = await store.manifest(evaluation);
  const score = benchmarkScoreSchema.safeParse(facts);
  if (!score.success) return [];
  const { answerer, outputs } = answeredSchema.parse(params);
  const who = answerer ?? outputs;
  const row = { ...score.data, evaluation, ...(who === undefined ? {} : { answerer: digestOf(canonicalJson(who)) }) };
  return [{ row, version: Number(method.split('/')[1]), items: inputs.items }];
}

/** What of a recipe says how its run asks, also of a recipe that this version cannot read as a whole. */
const askedSchema = z.looseObject({ prompts: z.string() });

async function rowsOfRun(store: ArtifactStore, run: string, namespace: string): Promise<RowOfRun[]> {
  const records = await findRecords(store, run, namespace);
  const record = records.find(({ end }) => end?.state === 'COMPLETED');
  const result = runResultSchema.safeParse(record?.end?.result).data;
  const asked = askedSchema.safeParse(record?.recipe).data;
  if (!asked || !result) return [];
  return result.evaluations.flatMap((evaluation) =>
    evaluation.scores.map((score) => ({
      row: rowOfScore(run, asked.prompts, evaluation, score),
      asked: labelAsked(run, evaluation),
    })),
  );
}

/** The label that a model of a run's own evaluation has where it is evaluated by itself. */
export function labelAsked(run: string, { label, step }: Pick<EvaluationResult, 'label' | 'step'>): string {
  const model = modelOf({ label, step });
  if (!model) return `${run}@${label}`;
  const onReal = `${run}@${modelId({ ...model, image: 'real' })}`;
  return model.image === 'grey' ? labelOnGrey(onReal) : onReal;
}

function rowOfScore(
  run: string,
  profile: string,
  { label, step, evaluation }: Pick<EvaluationResult, 'label' | 'step' | 'evaluation'>,
  { task, items, accuracy, low, high, macroF1, unparsed, lenient }: TaskScore,
): BoardRow {
  return {
    ...{ benchmark: benchmarkOfTask(task), label: `${run}@${label}`, reader: 'strict', profile, samples: 1, items },
    shown: modelOf({ label, step })?.image ?? 'real',
    strict: { score: { value: accuracy, low, high }, macroF1, unread: unparsed },
    ...{ groups: null, lenient: lenientOf(lenient), evaluation },
  };
}

function lenientOf(score: TaskScore['lenient']): BoardRow['lenient'] {
  if (score?.low === undefined || score.high === undefined) return null;
  const { accuracy, low, high, macroF1 = null, unparsed } = score;
  return { score: { value: accuracy, low, high }, macroF1, unread: unparsed };
}
