/** Judges' scores of narratives, on the scale from 0 to 5, as people read them in a terminal. */
import { publishedNarratives, whyNotComparable } from '../../domain/benchmarks/narratives/published.ts';
import { judgeWords } from '../../domain/benchmarks/narratives/words.ts';
import type { BenchmarkScore } from '../../domain/contracts/benchmarks.ts';
import { dimensionKeys, dimensions } from '../../domain/dermeval/dimensions.ts';
import type { NarrativeScores } from '../../domain/dermeval/narrative-scores.ts';
import { renderTable } from '../table.ts';

type Row = Pick<BenchmarkScore, 'benchmark' | 'label' | 'items'> & { narratives?: NarrativeScores | undefined };
type Judged = Row & { narratives: NarrativeScores };

const head = [
  ...['benchmark', 'model', 'mean of six (95 % interval)', ...dimensionKeys.map((key) => dimensions[key].name)],
  ...['judged', 'missing', 'anchors', 'repeats differ by'],
];

const two = (value: number | null): string => (value === null ? '–' : value.toFixed(2));

function cellsOf({ benchmark, label, items, narratives }: Judged): string[] {
  const { average, missing, anchors, repeatability } = narratives;
  const spreads = repeatability ? dimensionKeys.flatMap((key) => repeatability[key] ?? []) : [];
  return [
    ...[benchmark, label],
    average ? `${average.value.toFixed(3)} (${two(average.low)} to ${two(average.high)})` : '–',
    ...dimensionKeys.map((key) => two(narratives.dimensions[key]?.value ?? null)),
    ...[String(items), String(missing.texts), `${two(anchors.certified)} / ${two(anchors.mismatched)}`],
    spreads.length === 0 ? '–' : two(Math.max(...spreads)),
  ];
}

/** Empty where no row has a judge's scores. */
export function renderNarratives(rows: readonly Row[]): string[] {
  const judged = rows.filter((row): row is Judged => row.narratives !== undefined);
  if (judged.length === 0) return [];
  const sorted = judged.toSorted(
    (a, b) =>
      a.benchmark.localeCompare(b.benchmark) ||
      (b.narratives.average?.value ?? 0) - (a.narratives.average?.value ?? 0) ||
      a.label.localeCompare(b.label),
  );
  const { model, value, source, note } = publishedNarratives;
  const judges = [...Map.groupBy(sorted, ({ benchmark }) => benchmark)].flatMap(([benchmark, [first]]) => {
    if (!first) return [];
    return [
      `${benchmark}: judge ${judgeWords(first.narratives.judge)}`,
      `  not comparable with the published row: ${whyNotComparable(benchmark, first.items, first.narratives).join('; ')}`,
    ];
  });
  return [
    '',
    'DermEval, each dimension from 0 to 5; anchors: certified texts / those of other diseases',
    renderTable(head, sorted.map(cellsOf)),
    ...judges,
    `published: ${model} ${value} of 5, ${note} (${source})`,
  ];
}
