/** Paired tests of a run's models: each against each later one, on the items that both answered. */
import { type Dimension, dimensionKeys, meanScore, type Scores } from '../../../dermeval/dimensions.ts';
import type { ReaderName } from '../../../evaluation/scored.ts';
import { holm } from '../../../evaluation/statistics/mcnemar.ts';
import { type ScoreTest, testScores } from '../../../evaluation/statistics/paired-scores.ts';
import type { Bench, Classification, Pair } from './report.ts';

/** What is kept of an answer: a run's sets may have many. */
export interface ScoredAnswer {
  id: string;
  group: string;
  score: Record<ReaderName, number>;
  /** Where it was scored as a narrative. */
  dermeval?: Scores;
}

export interface ModelAnswers {
  label: string;
  answers: readonly ScoredAnswer[];
}

/** By both readers, each reader's pairs corrected for their number. */
export const recognitionPairs = (models: readonly ModelAnswers[]): Classification['pairs'] =>
  (['strict', 'lenient'] as const).flatMap((reader) =>
    corrected(pairsOf(models, ({ score }) => score[reader], 1)).map((pair) => ({ ...pair, reader })),
  );

/** Of the mean of the six, then of each dimension; all of them corrected together. */
export function narrativePairs(models: readonly ModelAnswers[]): Bench['pairs'] {
  const by = (of: (scores: Scores) => number | null) =>
    pairsOf(models, ({ dermeval }) => (dermeval ? of(dermeval) : null), 5);
  const named = [
    ...by(meanScore).map((pair) => ({ ...pair, dimension: 'average' as const })),
    ...dimensionKeys.flatMap((dimension: Dimension) =>
      by((scores) => scores[dimension]).map((pair) => ({ ...pair, dimension })),
    ),
  ];
  return corrected(named);
}

type Uncorrected = Omit<Pair, 'correctedP'>;

function corrected<T extends Uncorrected>(pairs: readonly T[]): (T & Pair)[] {
  const ps = holm(pairs.map(({ p }) => p));
  return pairs.map((pair, i) => ({ ...pair, correctedP: ps[i] ?? 1 }));
}

/** @param scale of the scores, which begins at 0 */
function pairsOf(
  models: readonly ModelAnswers[],
  of: (answer: ScoredAnswer) => number | null,
  scale: number,
): Uncorrected[] {
  return models.flatMap((first, i) =>
    models.slice(i + 1).flatMap((second) => {
      const before = new Map(first.answers.map((answer) => [answer.id, of(answer)]));
      const differences = second.answers.flatMap((answer) => {
        const [a, b] = [before.get(answer.id) ?? null, of(answer)];
        return a === null || b === null ? [] : [{ group: answer.group, value: (b - a) / scale }];
      });
      if (differences.length === 0) return [];
      return [{ first: first.label, second: second.label, ...scaled(testScores(differences), scale) }];
    }),
  );
}

const scaled = ({ items, groups, difference, low, high, p, detectable }: ScoreTest, scale: number) => ({
  ...{ items, groups, difference: difference * scale, low: low * scale, high: high * scale },
  ...{ p, detectable: detectable * scale },
});
