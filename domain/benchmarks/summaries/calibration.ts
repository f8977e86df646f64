/** Whether probabilities say how often answers are right, with intervals by patients or lesions. */
import type { ScoredRow } from '../../evaluation/scored.ts';
import { type Confidence, calibrationOf } from '../../evaluation/statistics/calibration.ts';
import { clusteredInterval } from '../../evaluation/statistics/clustered.ts';
import { tQuantile } from '../../evaluation/statistics/student-t.ts';
import type { Key } from '../../rows/columns.ts';
import type { BenchmarkSummary, CalibrationSummary } from './summary.ts';

/** Of equal width. */
const binCount = 15;
/** Of fewer groups the spread is not known. */
const fewGroups = 5;

interface Answered extends Confidence {
  group: Key;
}

/**
 * Of the items with a probability; nothing where there is none. An answer is right as the reader found that read it: the
 * strict one, else the lenient one.
 */
export function calibrationSummary(items: Iterable<ScoredRow>): Pick<BenchmarkSummary, 'calibration'> {
  const answers: Answered[] = [];
  for (const { group, confidence, strict, lenient } of items)
    if (confidence !== undefined)
      answers.push({ group, confidence, correct: strict.letter === null ? lenient.correct : strict.correct });
  if (answers.length === 0) return {};
  const { ece, brier, bias, bins } = calibrationOf(answers, binCount);
  const errors = answers.map(({ group, confidence, correct }) => ({
    group,
    value: (confidence - Number(correct)) ** 2,
  }));
  const calibration: CalibrationSummary = {
    ...{ items: answers.length, bias, bins },
    ece: { value: ece, ...jackknife(answers, ece) },
    brier: { value: brier, ...clusteredInterval(errors, { least: 0, most: 1 }) },
  };
  return { calibration };
}

/**
 * The interval of t with the groups less one as degrees of freedom, by the jackknife, cut to [0, 1]; of one group all that
 * is possible. The error of few answers is too large by chance, so the interval reaches down by what chance may add.
 */
function jackknife(answers: readonly Answered[], value: number): { low: number; high: number } {
  const groups = [...Map.groupBy(answers, ({ group }) => group).keys()];
  if (groups.length < 2) return { low: 0, high: 1 };
  const all = gapsOf(answers);
  const byGroup = Map.groupBy(answers, ({ group }) => group);
  const without = groups.map((group) => errorWithout(all, gapsOf(byGroup.get(group) ?? [])));
  const mean = without.reduce((sum, each) => sum + each, 0) / groups.length;
  const squares = without.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const half = tQuantile(0.975, groups.length - 1) * Math.sqrt(((groups.length - 1) / groups.length) * squares);
  // Where no group makes a difference nothing is known of the spread.
  if (half < 1e-12) return { low: 0, high: 1 };
  return { low: Math.max(0, value - half - byChance(answers)), high: Math.min(1, value + half) };
}

/**
 * What chance adds to the error at most: the gap of a bin counts by its size, so a true gap of 0 whose estimate varies
 * normally by s adds s * sqrt(2 / pi). Answers of a group vary together; of a bin with few groups all may be chance.
 */
function byChance(answers: readonly Answered[]): number {
  const gapOf = ({ confidence, correct }: Answered): number => confidence - Number(correct);
  const bins = Map.groupBy(answers, ({ confidence }) => binOf(confidence));
  const spreads = [...bins.values()].map((own) => {
    const groups = [...Map.groupBy(own, ({ group }) => group).values()];
    const isFew = groups.length < fewGroups;
    const mean = isFew ? 0 : own.reduce((sum, each) => sum + gapOf(each), 0) / own.length;
    const squares = groups.map((members) => members.reduce((sum, each) => sum + gapOf(each) - mean, 0) ** 2);
    const correction = isFew ? 1 : groups.length / (groups.length - 1);
    return Math.sqrt(correction * squares.reduce((sum, square) => sum + square, 0));
  });
  return (Math.sqrt(2 / Math.PI) * spreads.reduce((sum, spread) => sum + spread, 0)) / answers.length;
}

const binOf = (confidence: number): number => Math.max(0, Math.ceil(confidence * binCount) - 1);

interface Gaps {
  items: number;
  /** Of each bin, summed confidence less right answers: the error is the sum of their sizes over the items. */
  bins: Float64Array;
}

function gapsOf(answers: readonly Answered[]): Gaps {
  const bins = new Float64Array(binCount);
  for (const { confidence, correct } of answers) {
    const at = binOf(confidence);
    bins[at] = (bins[at] ?? 0) + confidence - Number(correct);
  }
  return { items: answers.length, bins };
}

function errorWithout(all: Gaps, less: Gaps): number {
  const items = all.items - less.items;
  return items === 0 ? 0 : all.bins.reduce((sum, gap, i) => sum + Math.abs(gap - (less.bins[i] ?? 0)), 0) / items;
}
