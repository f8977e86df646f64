/** Scores of models on benchmarks, as tables for people and for programs. */
import type { BenchmarkScore } from '../../domain/contracts/benchmarks.ts';
import { csvOf } from '../../domain/rows/csv.ts';
import { renderTable } from '../table.ts';

/** A run's own evaluations count no patients, and those of before version 7 have no lenient reader. */
export type ShownScore = Omit<BenchmarkScore, 'groups' | 'lenient'> & {
  groups: number | null;
  lenient: BenchmarkScore['lenient'] | null;
};

/** By the model's own reader. */
const headline = ({ reader, strict, lenient }: ShownScore): BenchmarkScore['strict'] =>
  (reader === 'lenient' ? lenient : null) ?? strict;

const head = [
  'benchmark',
  'model',
  'score (95 % interval)',
  'macro-F1',
  'unread',
  'strict',
  'lenient',
  'items',
  'patients',
  'prompts',
];

const three = (value: number | null): string => (value === null ? '' : value.toFixed(3));

/** The headline is that of the model's own reader; both stand beside it. */
function cellsOf(score: ShownScore): string[] {
  const { benchmark, label, profile, items, groups, samples } = score;
  const { score: own, macroF1, unread } = headline(score);
  return [
    benchmark,
    samples > 1 ? `${label}, first of ${samples}` : label,
    `${three(own.value)} (${three(own.low)} to ${three(own.high)})`,
    ...[three(macroF1), three(unread), three(score.strict.score.value), three(score.lenient?.score.value ?? null)],
    ...[String(items), String(groups ?? ''), profile],
  ];
}

/** By benchmark, the highest score first. */
export const byHighestScore = <T extends ShownScore>(scores: readonly T[]): T[] =>
  scores.toSorted(
    (a, b) =>
      a.benchmark.localeCompare(b.benchmark) ||
      headline(b).score.value - headline(a).score.value ||
      a.label.localeCompare(b.label),
  );

export const renderScores = (scores: readonly ShownScore[]): string =>
  renderTable(head, byHighestScore(scores).map(cellsOf));

export function scoresMarkdown(scores: readonly ShownScore[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...byHighestScore(scores).map((score) => line(cellsOf(score)))].join(
    '\n',
  );
}

const columns = [
  ...['benchmark', 'model', 'reader', 'profile', 'shown', 'samples', 'items', 'groups'],
  ...['strict', 'strict_low', 'strict_high', 'strict_macro_f1', 'strict_unread'],
  ...['lenient', 'lenient_low', 'lenient_high', 'lenient_macro_f1', 'lenient_unread'],
];

/** RFC 4180. */
export function scoresCsv(scores: readonly ShownScore[]): string {
  const rows = byHighestScore(scores).map(({ strict, lenient, label, ...score }) => [
    ...[score.benchmark, label, score.reader, score.profile, score.shown, score.samples, score.items, score.groups],
    ...[strict, lenient].flatMap((own) =>
      own ? [own.score.value, own.score.low, own.score.high, own.macroF1, own.unread] : [null, null, null, null, null],
    ),
  ]);
  return csvOf([columns, ...rows]);
}
