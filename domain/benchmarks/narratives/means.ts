/** Means of the six dimensions over many texts. */
import { byDimension, meanScore, type Scores } from '../../dermeval/dimensions.ts';
import type { NarrativeScores } from '../../dermeval/narrative-scores.ts';
import { clusteredInterval } from '../../evaluation/statistics/clustered.ts';

interface ScoredText {
  /** Patient or lesion. */
  group: string;
  scores: Scores;
}

/** Of each dimension over the texts that have it, and of the mean over those that have all six. */
export function meansOf(texts: readonly ScoredText[]): Pick<NarrativeScores, 'dimensions' | 'average'> {
  const estimateOf = (of: (scores: Scores) => number | null): NarrativeScores['average'] => {
    const values = texts.flatMap(({ group, scores }) => {
      const value = of(scores);
      return value === null ? [] : [{ group, value }];
    });
    if (values.length === 0) return null;
    const value = values.reduce((sum, each) => sum + each.value, 0) / values.length;
    return { value, ...clusteredInterval(values, { least: 0, most: 5 }), items: values.length };
  };
  return { dimensions: byDimension((key) => estimateOf((scores) => scores[key])), average: estimateOf(meanScore) };
}
