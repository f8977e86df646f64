/** Who reviewed, how much, and when: a person is one by any writing of the name. */
import type { Review } from '../../../reviews/review.ts';
import { reviewerKey } from '../../../reviews/reviewer.ts';
import type { NarrativeReport } from './report.ts';

type Reviewer = NonNullable<NarrativeReport['certified']>['reviewers'][number];

/** By name, as it was written first. */
export const reviewersOf = (reviews: readonly Review[]): Reviewer[] =>
  [...Map.groupBy(reviews, ({ reviewer }) => reviewerKey(reviewer)).values()]
    .map((own) => reviewerOf(own.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** @param own reviews of one, in time */
function reviewerOf(own: readonly Review[]): Reviewer {
  const [first, last] = [own[0], own.at(-1)];
  if (!first || !last) throw new RangeError('a reviewer without a review');
  const isScript = own.some(({ kind }) => kind === 'script');
  const count = (verdict: Review['verdict']): number => own.filter((review) => review.verdict === verdict).length;
  return {
    ...{ name: first.reviewer, kind: isScript ? 'script' : 'person' },
    ...{ scored: count('scored'), skipped: count('skipped'), settled: count('settled') },
    edited: own.filter(({ text }) => text !== null).length,
    ...(isScript ? {} : { from: first.at, to: last.at }),
  };
}
