/** Which case a reviewer is asked next. */
import { digestOf } from '../artifact.ts';
import type { Review } from './review.ts';
import { reviewerKey } from './reviewer.ts';
import type { ReviewedCase } from './state.ts';

interface AskedCase {
  id: string;
  reviewed: ReviewedCase;
}

/** What a reviewer is asked for: to judge a case, or to settle one. */
export type Task = 'judge' | 'settle';

/**
 * The case for this reviewer: first those to be judged that this reviewer has not judged, those before all others that
 * lack the fewest opinions, so that cases are finished; then disagreements, whoever they are between. Each reviewer goes
 * through equal ones in an order of one's own, so that people at work at the same time rarely meet. Null: nothing is left
 * for this reviewer.
 *
 * @param first what is looked for first; the other follows
 */
export function nextCase(
  cases: readonly AskedCase[],
  reviewer: string,
  first: Task = 'judge',
): { id: string; task: Task } | null {
  const own = reviewerKey(reviewer);
  const has = (review: Review): boolean => reviewerKey(review.reviewer) === own;
  const wanted: Record<Task, AskedCase[]> = {
    judge: cases.filter(({ reviewed }) => reviewed.state === 'open' && !reviewed.opinions.some(has)),
    settle: cases.filter(({ reviewed }) => reviewed.state === 'disagreed'),
  };
  const order = (id: string): string => digestOf(`reviews/${own}/${id}`);
  for (const task of first === 'judge' ? (['judge', 'settle'] as const) : (['settle', 'judge'] as const)) {
    const [next] = wanted[task]
      .map(({ id, reviewed }) => ({ id, have: reviewed.opinions.length, order: order(id) }))
      .toSorted((a, b) => b.have - a.have || (a.order < b.order ? -1 : 1));
    if (next) return { id: next.id, task };
  }
  return null;
}
