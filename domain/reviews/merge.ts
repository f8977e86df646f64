/** Several people's reviews of a narrative as one: whose scores hold, and whose text. */
import { byDimension, type Scores } from '../dermeval/dimensions.ts';
import type { Review } from './review.ts';
import type { ReviewedCase } from './state.ts';

interface Merged {
  scores: Scores;
  /** Null: as it was. */
  text: string | null;
  reviewers: string[];
  kind: Review['kind'];
  settled: boolean;
  /** When the last review came that counts. */
  at: string;
}

/**
 * Where reviewers agree, the mean of each dimension in hundredths and the newest text that somebody edited. Where they did
 * not, scores and text of the settlement, whose author saw all of them. Null unless the case is certified.
 */
export function mergeReviews({ state, opinions, settlement, apart }: ReviewedCase): Merged | null {
  if (state !== 'certified') return null;
  const scored = opinions.filter(({ verdict }) => verdict === 'scored');
  const decisive = apart.length > 0 ? settlement : null;
  const counted = decisive ? [...scored, decisive] : scored;
  const last = counted.reduce(
    (latest, { at }) => (Date.parse(at) > Date.parse(latest) ? at : latest),
    counted[0]?.at ?? '',
  );
  return {
    scores: decisive ? decisive.scores : meanOf(scored),
    text: decisive ? decisive.text : (scored.findLast(({ text }) => text !== null)?.text ?? null),
    reviewers: [...new Set(counted.map(({ reviewer }) => reviewer))],
    kind: counted.some(({ kind }) => kind === 'script') ? 'script' : 'person',
    settled: decisive !== null,
    at: last,
  };
}

const meanOf = (scored: readonly Review[]): Scores =>
  byDimension((key) => {
    const values = scored.flatMap(({ scores }) => scores[key] ?? []);
    if (values.length < scored.length) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.round((mean + Number.EPSILON) * 100) / 100;
  });
