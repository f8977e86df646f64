/** What a page of evaluations is made of, read out of the store: items, what they asked, rules beside them. */
import { z } from 'zod';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { traceLineage } from '../../activities/reporting/lineage.ts';
import { findRecords } from '../../activities/run-records.ts';
import { sha256Schema, workKey } from '../../domain/artifact.ts';
import type { Benchmark, BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import { benchmarks } from '../../domain/benchmarks/catalogue/index.ts';
import { narrativeWords } from '../../domain/benchmarks/narratives/words.ts';
import { summariseChoices } from '../../domain/benchmarks/summaries/summarise.ts';
import { exportedModel } from '../../domain/methods/index.ts';
import { publicBase } from '../../domain/models/public-base.ts';
import type { EvaluationSource } from '../../domain/pages/build.ts';
import { itemNames } from '../../domain/pages/told-apart.ts';
import { distractorSources } from '../../domain/questions/distractors.ts';
import { type DataConditions, trainingOf } from '../../domain/report/against-paper.ts';
import { sampledWords } from '../../domain/report/sampled.ts';
import { runResultSchema } from '../../domain/run-record.ts';
import { readableRecipe } from '../follow/recorded-recipe.ts';
import type { BoardRow } from './board.ts';
import { indexById, readAsked, readScored, readSummary } from './row-items.ts';

export interface PageSources {
  benchmark: Benchmark;
  sources: EvaluationSource[];
  asked: Map<string, BenchmarkItem>;
  data: DataConditions;
}

/** @param board every row of the benchmark, among which the rules of the same items are found */
export async function readPageSources(
  store: ArtifactStore,
  chosen: readonly BoardRow[],
  board: readonly BoardRow[],
  namespace: string,
): Promise<PageSources> {
  const sources: EvaluationSource[] = [];
  const asked = new Map<string, BenchmarkItem>();
  const names = itemNames();
  const labels = distinctLabels(chosen);
  for (const [i, row] of chosen.entries()) {
    const own = await readAsked(store, row);
    const nameOf = names(indexById(own));
    const { items, ...source } = await readSource(store, row);
    const named = items.map((item) => ({ ...item, id: nameOf(item.id) }));
    sources.push({ ...source, label: labels[i] ?? row.label, items: named });
    for (const item of own) asked.set(nameOf(item.id), item);
  }
  const rules = await rulesBeside(store, sources, board);
  const name = chosen[0]?.benchmark ?? '';
  return {
    benchmark:
      benchmarks.find((known) => known.name === name) ??
      ownBenchmarkOf(
        name,
        chosen.some(({ narratives }) => narratives !== undefined),
      ),
    sources: [...sources, ...rules],
    asked,
    data: { ...(await conditionsOf(store, chosen)), runs: await runsOf(store, chosen, namespace) },
  };
}

/** Labels by which no two evaluations of a page are taken for each other: with what differs behind them. */
function distinctLabels(rows: readonly Pick<BoardRow, 'label' | 'profile' | 'samples' | 'evaluation'>[]): string[] {
  return rows.map((row) => {
    const alike = rows.filter(({ label }) => label === row.label);
    if (alike.length === 1) return row.label;
    const differ = (of: (own: (typeof rows)[number]) => string | number): boolean =>
      new Set(alike.map(of)).size === alike.length;
    if (differ(({ profile }) => profile)) return `${row.label} (prompts ${row.profile})`;
    if (differ(({ samples }) => samples)) return `${row.label} (${row.samples} per item)`;
    return `${row.label} (${row.evaluation.key.slice(0, 8)})`;
  });
}

/** Of the page a benchmark of one's own needs its name alone. */
const ownBenchmarkOf = (name: string, isJudged: boolean): Benchmark => ({
  ...{
    name,
    title: name,
    description: isJudged
      ? 'Narratives as a judge scores them: the mean of DermEval’s six dimensions, as a share of 5.'
      : 'A benchmark of one’s own.',
    reads: [],
    choosesAmongAll: false,
    prompt: 'own',
    needs: '',
    published: [],
  },
  items: () => [],
  score: () => {
    throw new RangeError(`${name}: its items are scored already`);
  },
  summarise: (items) => summariseChoices(name, items),
});

async function readSource(store: ArtifactStore, row: BoardRow): Promise<EvaluationSource> {
  const { evaluation, label, reader, profile, samples, shown } = row;
  const items = await readScored(store, row);
  return {
    ...{ key: evaluation.key.slice(0, 12), label, reader, profile, samples, items },
    kind: (await isRule(store, row)) ? 'rule' : shown === 'grey' ? 'no image' : 'model',
    summary: await readSummary(store, row, items),
    ...(await remarkOf(store, row)),
  };
}

export const isRule = async (store: ArtifactStore, { evaluation }: BoardRow): Promise<boolean> =>
  /^(?:rules|probes)\//.test((await store.manifest(evaluation)).method);

const remarkSchema = z.object({ remark: z.string() });

async function remarkOf(
  store: ArtifactStore,
  { evaluation, narratives, sampled, reader }: BoardRow,
): Promise<Pick<EvaluationSource, 'remark'>> {
  if (narratives) return { remark: narrativeWords(narratives) };
  if (sampled) return { remark: sampledWords(sampled, reader) };
  return remarkSchema.safeParse((await store.manifest(evaluation)).facts).data ?? {};
}

/** Rules that were scored on the very items of one of the evaluations; each once. */
async function rulesBeside(
  store: ArtifactStore,
  sources: readonly EvaluationSource[],
  board: readonly BoardRow[],
): Promise<EvaluationSource[]> {
  const idsOf = ({ items }: EvaluationSource): string =>
    items
      .map(({ id, expected }) => `${id}\t${expected}`)
      .toSorted()
      .join('\n');
  const known = new Set(sources.map(idsOf));
  const given = new Set(sources.map(({ key }) => key));
  const found = new Map<string, EvaluationSource>();
  for (const row of board) {
    if (row.evaluation.kind !== 'benchmark' || given.has(row.evaluation.key.slice(0, 12))) continue;
    if (!sources.some(({ summary }) => summary.items === row.items) || !(await isRule(store, row))) continue;
    const rule = await readSource(store, row);
    if (known.has(idsOf(rule)) && !found.has(rule.label)) found.set(rule.label, rule);
  }
  return [...found.values()];
}

const factsSchema = z.object({
  data: z.object({ questions: sha256Schema.nullable(), dataset: sha256Schema.nullable() }),
});
const questionParams = z.object({ distractors: z.enum(distractorSources) });

/** How questions and pictures were made, as the artifacts say that the evaluations name. */
async function conditionsOf(store: ArtifactStore, rows: readonly BoardRow[]): Promise<Omit<DataConditions, 'runs'>> {
  for (const { evaluation } of rows) {
    const { facts, inputs } = await store.manifest(evaluation);
    const kept = factsSchema.safeParse(facts).data?.data;
    const questions = kept?.questions ?? inputs.questions;
    const dataset = kept?.dataset ?? null;
    const roots = [questions, dataset].filter((digest) => digest != null);
    if (roots.length === 0) continue;
    const lineage = await traceLineage(store, roots);
    const manifest = questions ? await store.manifestByDigest(questions) : null;
    return {
      generated: await wasDrawn(store, lineage),
      distractors: questionParams.safeParse(manifest?.params).data?.distractors ?? null,
    };
  }
  return { generated: false, distractors: null };
}

/** A set that was drawn is kept under a key of its own: that of the drawing, not of the files that were read back. */
async function wasDrawn(store: ArtifactStore, lineage: Awaited<ReturnType<typeof traceLineage>>): Promise<boolean> {
  for (const { sha256, kind, method } of lineage) {
    if (kind !== 'dataset' || !method.startsWith('import/')) continue;
    const manifest = await store.manifestByDigest(sha256);
    if (!manifest) continue;
    const { key, inputs, params } = manifest;
    if (key !== workKey({ method, inputs, params })) return true;
  }
  return false;
}

const exportedFacts = z.object({ step: z.int() });

/** Step of the checkpoint that a run has exported; null where it is not known. */
async function stepOfExported(store: ArtifactStore, result: unknown): Promise<number | null> {
  const { adapter } = runResultSchema.safeParse(result).data ?? {};
  const manifest = adapter && (await store.manifestByDigest(adapter.sha256));
  return exportedFacts.safeParse(manifest?.facts).data?.step ?? null;
}

/** Base models as others may know them: never a path of this machine. */
async function runsOf(
  store: ArtifactStore,
  rows: readonly BoardRow[],
  namespace: string,
): Promise<DataConditions['runs']> {
  const runs = [...new Set(rows.flatMap(({ label }) => trainingOf(label)?.run ?? []))];
  const found = await Promise.all(
    runs.map(async (run) => {
      const [record] = await findRecords(store, run, namespace);
      const recipe = record && readableRecipe(run, record.recipe);
      if (!recipe) return [];
      const { stage } = exportedModel(recipe, 0);
      const exported = { stage, step: await stepOfExported(store, record.end?.result) };
      return [[run, { base: publicBase(recipe.model.base).name, exported, recipe }] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}
