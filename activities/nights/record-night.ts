/** Judges a night and keeps its record, with the trend so far. */
import { z } from 'zod';
import { type ArtifactRef, canonicalJson, digestOf, type Manifest, sha256Schema } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { nameOfBenchmark } from '../../domain/contracts/benchmarks.ts';
import { type BenchmarkNight, changedDigests, judgeNight, type Night } from '../../domain/evaluation/nightly.ts';
import type { NightOutcome, NightResult, RecordNightInput } from '../../domain/nights/nightly.ts';
import {
  type Anchors,
  gravest,
  isWholeNight,
  lastGoodOf,
  type Measured,
  type NightPoint,
  nightKey,
} from '../../domain/nights/record.ts';
import { nightWords } from '../../domain/nights/words.ts';
import { readScore } from '../evaluation/evaluate-benchmark.ts';
import { withItems } from '../evaluation/sources.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { commitFiles, readJson } from '../store/commit.ts';
import { type ReadingFrom, withRows } from '../store/rows.ts';
import { type AnchorAnswer, anchorsOf, type Judge, scoreAnchors } from './anchors.ts';
import { type KeptNight, readNights, toNight } from './nights.ts';

/** Of an artifact of kind `benchmark`. */
const evaluationParams = z.looseObject({ profile: sha256Schema, answerer: z.json(), shown: z.string() });

/** A change of what a night keeps changes the version. */
const method = 'night/1';

interface NightContext extends ReadingFrom {
  judge: Judge;
  namespace: string;
  workflow: string;
  judgedAt: string;
}

/** The record that stands where this night was judged before and was whole. */
export async function recordNight(input: RecordNightInput, context: NightContext): Promise<NightResult> {
  const { store, namespace, workflow, judgedAt } = context;
  const { schedule, night, outcomes } = input;
  const nights = await readNights(store, namespace, schedule);
  const before = nights.filter(({ record }) => record.night < night);
  const found = nights.find(({ record }) => record.night === night && isWholeNight(record));
  if (found) return resultOf(found);

  const examined: Examined[] = [];
  for (const outcome of outcomes) examined.push(await examine(outcome, input, before, context));
  const verdicts = judgeNight(examined.map(({ compared }) => compared));
  const benchmarks = examined.map(({ measured }, i): NightPoint => {
    const judged = verdicts[i];
    if (!judged) throw new RangeError('each benchmark has a verdict');
    const { benchmark, night: _, ...verdict } = judged;
    return { benchmark, verdict, measured };
  });
  const record = { schema: 1 as const, schedule, night, workflow, judgedAt, verdict: gravest(benchmarks), benchmarks };
  const anchors: Anchors = Object.fromEntries(
    examined.flatMap(({ begins }, i) => (begins ? [[benchmarks[i]?.benchmark, begins]] : [])),
  );
  // What draws takes a second to load, which other work of the orchestrator is spared.
  const { trendPage } = await import('./trend-page.ts');
  const page = await trendPage(schedule, [...before.map((each) => each.record), record]);
  const files = artifactFiles.night;
  const key = nightKey(namespace, record);
  const inputs = Object.fromEntries(
    benchmarks.flatMap(({ benchmark, measured }) => (measured ? [[benchmark, measured.evaluation.sha256]] : [])),
  );
  const facts = { schedule, night, verdict: record.verdict };
  const ref = await commitFiles(
    store,
    { kind: 'night', key, method, inputs, params: {}, facts },
    {
      [files.record.name]: { data: `${JSON.stringify(record, null, 2)}\n` },
      [files.page.name]: { data: page },
      ...(Object.keys(anchors).length > 0 ? { [files.anchors.name]: { data: canonicalJson(anchors) } } : {}),
    },
  );
  // Another attempt may have been first: its record stands.
  return resultOf({ ref, record: await readJson(store, ref, files.record.name, files.record.schema) });
}

const resultOf = ({ ref, record }: KeptNight): NightResult => ({
  ...{ schedule: record.schedule, night: record.night, verdict: record.verdict },
  ...{ words: record.benchmarks.map(nightWords), record: ref },
});

interface Examined {
  compared: BenchmarkNight;
  measured: Measured | null;
  /** The anchors of a line that begins tonight; null where it does not. */
  begins: AnchorAnswer[] | null;
}

async function examine(
  outcome: NightOutcome,
  { night, data, profile, limit }: RecordNightInput,
  nights: readonly KeptNight[],
  context: NightContext,
): Promise<Examined> {
  const { store, judge } = context;
  const benchmark = nameOfBenchmark(outcome.benchmark);
  const good = lastGoodOf(
    nights.map(({ record }) => record),
    benchmark,
  );
  const lastGood = good && (await toNight(context, good.night, good.measured));
  if ('reason' in outcome || data === null) {
    const reason = 'reason' in outcome ? outcome.reason : 'the data are not known';
    return { compared: { benchmark, tonight: { night, reason }, lastGood, start: null }, measured: null, begins: null };
  }
  const { evaluation, label, reader } = outcome.evaluation;
  const manifest = await store.manifest(evaluation);
  const { strict, lenient, items } = await readScore(store, evaluation);
  const digests: Night['digests'] = {
    ...digestsOf(manifest),
    judge: digestOf(canonicalJson({ judge: judge.name, reader, method: manifest.method })),
  };
  const unscored: Night = await toNight(context, night, { evaluation, reader, digests, anchors: [] });
  const begins = lastGood === null || changedDigests(lastGood, unscored).length > 0;
  const line = begins || !good ? night : good.measured.line;
  const texts = begins ? await firstAnswers(context, evaluation) : await keptAnchors(nights, line, benchmark, store);
  const anchors = await withItems(context, outcome.benchmark, data, profile, limit, (asked) =>
    scoreAnchors(judge, asked, texts, reader),
  );
  const score = (reader === 'strict' ? strict : lenient).score;
  return {
    compared: {
      benchmark,
      ...{ tonight: { ...unscored, anchors }, lastGood },
      start: begins ? null : await startOf(nights, line, benchmark, context),
    },
    measured: { evaluation, label, reader, digests, score, items, line, anchors },
    begins: begins ? texts : null,
  };
}

/** As the manifest of an evaluation has them. */
function digestsOf({ inputs, params }: Manifest): Omit<Night['digests'], 'judge'> {
  const { profile, answerer, shown } = evaluationParams.parse(params);
  return { model: digestOf(canonicalJson({ answerer, shown })), prompt: profile, data: inputs.items ?? '' };
}

async function firstAnswers(from: ReadingFrom, evaluation: ArtifactRef): Promise<AnchorAnswer[]> {
  const { items } = artifactFiles.benchmark;
  return withRows(from, evaluation, items, anchorsOf);
}

async function keptAnchors(
  nights: readonly KeptNight[],
  line: string,
  benchmark: string,
  store: ArtifactStore,
): Promise<AnchorAnswer[]> {
  const first = nights.find(({ record }) => record.night === line);
  if (!first) return [];
  const { anchors } = artifactFiles.night;
  return (await readJson(store, first.ref, anchors.name, anchors.schema))[benchmark] ?? [];
}

async function startOf(
  nights: readonly KeptNight[],
  line: string,
  benchmark: string,
  from: ReadingFrom,
): Promise<Night | null> {
  const first = nights.find(({ record }) => record.night === line);
  const measured = first?.record.benchmarks.find((point) => point.benchmark === benchmark)?.measured;
  return measured ? toNight(from, line, measured) : null;
}
