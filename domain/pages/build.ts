/** From evaluations of one benchmark to the numbers of their page. */
import type { Benchmark } from '../benchmarks/benchmark.ts';
import { byAttribute } from '../benchmarks/summaries/by-attribute.ts';
import type { BenchmarkSummary } from '../benchmarks/summaries/summary.ts';
import { compareAll, type ModelPair } from '../evaluation/comparison.ts';
import type { ReaderName, ScoredItem } from '../evaluation/scored.ts';
import { againstPaper, type DataConditions, publishedRows, trainingOf } from '../report/against-paper.ts';
import type { EvaluationPage, PageRow, RowKind } from './evaluation-page.ts';
import { absentReferences, rowRemarks } from './references.ts';

export interface EvaluationSource {
  key: string;
  label: string;
  kind: RowKind;
  reader: ReaderName;
  profile: string;
  samples: number;
  summary: BenchmarkSummary;
  items: readonly ScoredItem[];
  /** What is to be known of its numbers, e.g. that some items were guessed. */
  remark?: string;
}

/** More models than this are each compared with the first alone. */
const mostInPairs = 8;
const order: readonly RowKind[] = ['model', 'no image', 'rule'];

/** @param sources at least one; models keep their order */
export function buildPage(
  benchmark: Benchmark,
  sources: readonly EvaluationSource[],
  data: DataConditions,
): EvaluationPage {
  const { name, title, description, prompt } = benchmark;
  const sorted = inPageOrder(sources);
  const rows = sorted.map((source): PageRow => {
    const { items, remark: _, ...described } = source;
    const row = { ...described, training: trainingOf(source.label) };
    return { ...row, attributes: attributesOf(source), paper: againstPaper(benchmark, row, data) };
  });
  const first = rows[0] ?? null;
  return {
    schema: 1,
    benchmark: { name, title, description, prompt },
    items: Math.max(0, ...rows.map(({ summary }) => summary.items)),
    rows,
    remarks: [...absentReferences(sorted), ...rowRemarks(sorted)],
    published: publishedRows(benchmark, first, data),
    pairs: pairsOf(sorted.filter(({ kind }) => kind !== 'rule')),
  };
}

const inPageOrder = (sources: readonly EvaluationSource[]): EvaluationSource[] =>
  sources.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));

/** What every picture has alike says nothing. */
function attributesOf({ items, reader }: EvaluationSource): PageRow['attributes'] {
  const names = new Set(items.flatMap(({ attributes }) => Object.keys(attributes)));
  return [...names]
    .toSorted()
    .map((name) => byAttribute(items, name, reader))
    .filter(({ groups }) => groups.length > 1);
}

function pairsOf(sources: readonly EvaluationSource[]): ModelPair[] {
  const named = sources.map(({ label, items }) => ({ name: label, items }));
  const [first, ...others] = named;
  if (!first || others.length === 0) return [];
  const reader = sources[0]?.reader ?? 'strict';
  if (named.length <= mostInPairs) return compareAll(named, reader);
  return others.flatMap((other) => compareAll([first, other], reader));
}
