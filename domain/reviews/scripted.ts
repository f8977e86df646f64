/** A program in place of people, for generated pictures alone: what is known of a drawing, said by as many as are asked for. */
import { canonicalJson, digestOf } from '../artifact.ts';
import { byDimension, dimensionKeys, missingOf, type Scores } from '../dermeval/dimensions.ts';
import { drawnScores } from '../narratives/drawn.ts';
import type { CertifiedSettings } from '../recipe/narratives.ts';
import type { Review } from './review.ts';
import { scriptedReviewer } from './reviewer.ts';
import type { ReviewRules } from './state.ts';

/** No clock's: a run that is done again has the same bytes. */
const scriptedAt = '1970-01-01T00:00:00.000Z';

/** Changes when the program says something else of the same narratives. */
const program = { rules: 'scripted/1', scores: drawnScores };

/** Names the reviews by programs with the same instructions: others say something else of the same narratives. */
const scriptedBy = ({ reviewers, settleAbove }: Pick<CertifiedSettings, 'reviewers' | 'settleAbove'>): string =>
  digestOf(canonicalJson({ reviewers, settleAbove, ...program }));

/** Whose reviews count by these rules: the name under which they are kept. */
export const reviewedBy = (rules: ReviewRules): string => (rules.by === 'people' ? 'people' : scriptedBy(rules));

const tenths = (score: number): number => Math.round(score * 10) / 10;

/**
 * The reviews of one narrative. The first is what is known; each other one is half a point, or as much less as is no
 * disagreement, away from it in one dimension. A narrative that lacks a score is skipped by all.
 *
 * @param known scores of the narrative by what is known of its picture
 */
export function scriptedReviews(
  id: string,
  known: Scores,
  { reviewers, settleAbove }: Pick<CertifiedSettings, 'reviewers' | 'settleAbove'>,
): Review[] {
  const common = { id, kind: 'script', turn: 1, at: scriptedAt, text: null, note: null } as const;
  const step = Math.min(0.5, Math.floor(settleAbove * 10 + 1e-6) / 10);
  return Array.from({ length: reviewers }, (_, i): Review => {
    const reviewer = scriptedReviewer(i + 1);
    if (missingOf(known).length > 0)
      return { ...common, reviewer, verdict: 'skipped', scores: byDimension(() => null) };
    const other = i === 0 ? null : dimensionKeys[Number.parseInt(digestOf(`${reviewer}/${id}`).slice(0, 8), 16) % 6];
    const scores = byDimension((key) => {
      const score = tenths(known[key] ?? 0);
      if (key !== other) return score;
      return tenths(score >= step ? score - step : score + step);
    });
    return { ...common, reviewer, verdict: 'scored', scores };
  });
}
