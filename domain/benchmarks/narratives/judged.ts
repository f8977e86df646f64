/** From a judge's replies to the scores of narratives: of each text, of each dimension, and of the judge itself. */
import { z } from 'zod';
import {
  byDimension,
  type Dimension,
  dimensionKeys,
  meanScore,
  type Scores,
  scoresSchema,
} from '../../dermeval/dimensions.ts';
import type { NarrativeScores } from '../../dermeval/narrative-scores.ts';
import { repeatability } from '../../evaluation/agreement.ts';
import type { ScoredItem } from '../../evaluation/scored.ts';
import { meansOf } from './means.ts';

/** A model's answer; the certified text of the item; the certified text of a case with another diagnosis. */
const judgedKinds = ['answer', 'certified', 'mismatched'] as const;
export type JudgedKind = (typeof judgedKinds)[number];

/** One reply of the judge: a line of `judgements.jsonl`. */
export const judgementSchema = z.strictObject({
  /** Of the item whose text or picture stood beside it. */
  id: z.string(),
  kind: z.enum(judgedKinds),
  repeat: z.int().nonnegative(),
  scores: scoresSchema,
  /** Why scores are missing; null where none is. */
  fault: z.string().nullable(),
  text: z.string(),
  /** What the endpoint says that it answered with. */
  served: z.string().nullable(),
});
export type Judgement = z.infer<typeof judgementSchema>;

/**
 * The scores of one text: of each dimension the mean over all replies. Where one of them lacks it the dimension is missing:
 * a mean of fewer replies than others have would stand beside theirs as if it were as sure.
 */
export const scoresOfText = (judgements: readonly Pick<Judgement, 'scores'>[]): Scores =>
  byDimension((dimension) => {
    const values = known(judgements, dimension);
    return values.length < judgements.length ? null : meanOf(values);
  });

const known = (judgements: readonly Pick<Judgement, 'scores'>[], dimension: Dimension): number[] =>
  judgements.flatMap(({ scores }) => (scores[dimension] === null ? [] : [scores[dimension]]));

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

export interface JudgedItem {
  item: ScoredItem;
  scores: Scores;
}

/**
 * Answers with all six scores as items of a benchmark, whose score is the mean as a share of 5, by both readers: a judge
 * reads every text. The others are left out and counted, never zero.
 */
export const asScoredItems = (judged: readonly JudgedItem[]): ScoredItem[] =>
  judged.flatMap(({ item, scores }) => {
    const mean = meanScore(scores);
    if (mean === null) return [];
    const score = mean / 5;
    return [{ ...item, strict: { ...item.strict, score }, lenient: { ...item.lenient, score }, dermeval: scores }];
  });

/** @param judgements of the answers and of the anchors */
export function summariseNarratives(
  judged: readonly JudgedItem[],
  judgements: readonly Judgement[],
  judge: NarrativeScores['judge'],
): NarrativeScores {
  const byText = [...Map.groupBy(judgements, ({ kind, id }) => `${kind}/${id}`).values()];
  const spread = (dimension: Dimension): number | null =>
    repeatability(byText.map((replies) => known(replies, dimension)));
  const anchorMean = (kind: JudgedKind): number | null =>
    meanOf(
      byText
        .filter(([first]) => first?.kind === kind)
        .flatMap((replies) => {
          const mean = meanScore(scoresOfText(replies));
          return mean === null ? [] : [mean];
        }),
    );
  const missing = judged.flatMap(({ scores }) => dimensionKeys.filter((key) => scores[key] === null));
  return {
    judge,
    ...meansOf(judged.map(({ item: { group }, scores }) => ({ group, scores }))),
    missing: { texts: judged.filter(({ scores }) => meanScore(scores) === null).length, scores: missing.length },
    repeatability: judge.pin.repeats > 1 ? byDimension(spread) : null,
    anchors: { certified: anchorMean('certified'), mismatched: anchorMean('mismatched') },
  };
}
