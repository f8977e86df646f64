/** What reviews make of a case: whether it waits for people, and for what. */
import { type Dimension, dimensionKeys, type Scores } from '../dermeval/dimensions.ts';
import type { CertifiedSettings } from '../recipe/narratives.ts';
import type { Review } from './review.ts';
import { reviewerKey } from './reviewer.ts';

/**
 * `open`: fewer people have judged it than are to. `disagreed`: enough have scored it, and scores of a dimension are too
 * far apart. `skipped`: as many people have judged it as are to, and one of them at least skipped it, so that it lacks a
 * score; it waits for nobody, because a run must not need more people than it asks for. `certified`: all else.
 */
const caseStates = ['open', 'disagreed', 'skipped', 'certified'] as const;
type CaseState = (typeof caseStates)[number];

export type ReviewRules = Pick<CertifiedSettings, 'by' | 'reviewers' | 'settleAbove'>;

export interface ReviewedCase {
  state: CaseState;
  /** The newest judgement of each person that is no settlement, in the order in which they were given. */
  opinions: Review[];
  /**
   * The newest settlement, of use only where the scores disagree; null where somebody has judged the case since, because
   * its author did not see those scores.
   */
  settlement: Review | null;
  /** Dimensions whose scores are too far apart. */
  apart: Dimension[];
}

/**
 * @param reviews of one case, all turns of everybody in any order; those of another kind than the rules ask for do not
 * count, so that a program's never pass for people's
 */
export function stateOfCase(reviews: readonly Review[], rules: ReviewRules): ReviewedCase {
  const kind = rules.by === 'script' ? 'script' : 'person';
  const byReviewer = Map.groupBy(
    reviews.filter((review) => review.kind === kind),
    ({ reviewer }) => reviewerKey(reviewer),
  );
  const people = [...byReviewer.values()].map((own) => own.toSorted((a, b) => b.turn - a.turn));
  const opinions = people.flatMap((own) => own.find(({ verdict }) => verdict !== 'settled') ?? []).toSorted(inTime);
  // Whoever judges a case again after having settled it takes the settlement back.
  const settlements = people.flatMap(([newest]) => (newest?.verdict === 'settled' ? [newest] : []));
  const newest = settlements.toSorted(inTime).at(-1) ?? null;
  const isSince = ({ at }: Review): boolean => newest !== null && Date.parse(at) > Date.parse(newest.at);
  const settlement = opinions.some(isSince) ? null : newest;
  const scored = opinions.filter(({ verdict }) => verdict === 'scored');
  const apart = scored.length > 1 ? dimensionsApart(scored, rules.settleAbove) : [];
  return { state: stateOf(), opinions, settlement, apart };

  function stateOf(): CaseState {
    if (opinions.length < rules.reviewers) return 'open';
    if (scored.length < rules.reviewers) return 'skipped';
    return apart.length > 0 && settlement === null ? 'disagreed' : 'certified';
  }
}

/** Of two given in the same moment that of the reviewer whose name comes first. */
export const inTime = (a: Review, b: Review): number =>
  Date.parse(a.at) - Date.parse(b.at) || (reviewerKey(a.reviewer) < reviewerKey(b.reviewer) ? -1 : 1);

/** Rounded, because 2.2 - 1.2 is a little more than 1. */
const dimensionsApart = (scored: readonly { scores: Scores }[], settleAbove: number): Dimension[] =>
  dimensionKeys.filter((key) => {
    const values = scored.flatMap(({ scores }) => scores[key] ?? []);
    return Math.round((Math.max(...values) - Math.min(...values)) * 1e6) / 1e6 > settleAbove;
  });

type ReviewCounts = Record<CaseState, number>;

export function countStates(states: Iterable<CaseState>): ReviewCounts {
  const counts: ReviewCounts = { open: 0, disagreed: 0, skipped: 0, certified: 0 };
  for (const state of states) counts[state] += 1;
  return counts;
}

/** No case waits for anybody. */
export const isComplete = ({ open, disagreed }: ReviewCounts): boolean => open === 0 && disagreed === 0;

/** One line for `status`, e.g. `12 of 300 certified, 284 open, 3 to settle, 1 skipped`. */
export function countWords({ open, disagreed, skipped, certified }: ReviewCounts): string {
  const all = open + disagreed + skipped + certified;
  return [
    `${certified} of ${all} certified`,
    ...(open > 0 ? [`${open} open`] : []),
    ...(disagreed > 0 ? [`${disagreed} to settle`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}

/** Who has judged so far, beside how many are to judge each case: whether somebody is missing is seen by it. */
export function peopleWords(reviewers: number, names: readonly string[]): string {
  const each = `${reviewers} ${reviewers === 1 ? 'person judges' : 'people judge'} each case`;
  const [shown, more] = [names.slice(0, 5), names.length - 5];
  const known = more > 0 ? [...shown, `${more} more`] : shown;
  return `${each}, so far ${known.length === 0 ? 'nobody has' : known.join(', ')}`;
}
