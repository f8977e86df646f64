/** How far two who scored the same narratives agree: reviewers with one another, or what scored all of them with reviewers. */
import { byDimension, meanScore, type Scores } from '../../../dermeval/dimensions.ts';
import { agreementOf } from '../../../evaluation/agreement.ts';
import type { Review } from '../../../reviews/review.ts';
import type { Agreements } from './report.ts';

export interface ScoredByTwo {
  /** Patient or lesion. */
  group: string;
  first: Scores;
  second: Scores;
}

export function agreementsOf(pairs: readonly ScoredByTwo[]): Agreements {
  const by = (of: (scores: Scores) => number | null): Agreements['average'] => {
    const both = pairs.flatMap(({ group, first, second }) => {
      const [judge, person] = [of(first), of(second)];
      return judge === null || person === null ? [] : [{ group, judge, person }];
    });
    return both.length === 0 ? null : agreementOf(both);
  };
  return { dimensions: byDimension((key) => by((scores) => scores[key])), average: by(meanScore) };
}

/**
 * Every pair of reviewers on every narrative that both scored, in the order of their names; null where no narrative has
 * two. A settlement is no second opinion: whoever settles has seen the others'.
 *
 * @param groups patients or lesions by the narratives' ids
 */
export function betweenReviewers(reviews: readonly Review[], groups: ReadonlyMap<string, string>): Agreements | null {
  const scored = reviews.filter(({ verdict }) => verdict === 'scored');
  const pairs = [...Map.groupBy(scored, ({ id }) => id)].flatMap(([id, own]) => {
    const group = groups.get(id) ?? id;
    const inOrder = own.toSorted((a, b) => (a.reviewer < b.reviewer ? -1 : 1));
    return inOrder.flatMap((first, i) =>
      inOrder.slice(i + 1).map((second) => ({ group, first: first.scores, second: second.scores })),
    );
  });
  return pairs.length === 0 ? null : agreementsOf(pairs);
}
