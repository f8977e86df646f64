import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimensionKeys } from '../../../domain/dermeval/dimensions.ts';
import { mergeReviews } from '../../../domain/reviews/merge.ts';
import { nextCase } from '../../../domain/reviews/next.ts';
import type { Review } from '../../../domain/reviews/review.ts';
import { reviewSchema } from '../../../domain/reviews/review.ts';
import { isScriptName, nameRefusal, reviewerKey, reviewerName } from '../../../domain/reviews/reviewer.ts';
import {
  countStates,
  countWords,
  isComplete,
  peopleWords,
  type ReviewRules,
  stateOfCase,
} from '../../../domain/reviews/state.ts';
import { allScores, review } from '../../support/reviews.ts';

const rules: ReviewRules = { by: 'people', reviewers: 2, settleAbove: 1 };
const stateOf = (...reviews: Review[]) => stateOfCase(reviews, rules).state;

describe('the state of a case', () => {
  it('is open until so many different people scored it', () => {
    expect(stateOf()).toBe('open');
    expect(stateOf(review('Ada'))).toBe('open');
    expect(stateOf(review('Ada'), review('Ada', { turn: 2 }))).toBe('open');
    expect(stateOf(review('Ada'), review(' ada  ', { turn: 2 }))).toBe('open');
    expect(stateOf(review('Ada'), review('Ben'))).toBe('certified');
  });

  it('is a disagreement where a dimension differs by more than the limit, until it is settled', () => {
    const ada = review('Ada', { scores: allScores(4, { safety: 2.2 }) });
    expect(stateOf(ada, review('Ben', { scores: allScores(4, { safety: 3.2 }) }))).toBe('certified');
    const ben = review('Ben', { scores: allScores(4, { safety: 3.3 }) });
    expect(stateOfCase([ada, ben], rules)).toMatchObject({ state: 'disagreed', apart: ['safety'] });
    const settled = review('Ben', { turn: 2, verdict: 'settled', minute: 5 });
    expect(stateOf(ada, ben, settled)).toBe('certified');
    expect(stateOf(ada, ben, settled, review('Ben', { turn: 3, scores: 4, minute: 6 }))).toBe('disagreed');
    expect(stateOf(ada, ben, review('Cem', { verdict: 'settled' }))).toBe('certified');
  });

  it('is a disagreement again once somebody judges it again, whose scores the settlement’s author did not see', () => {
    const apart = [review('Ada', { scores: 1 }), review('Ben', { scores: 5 })];
    const settled = review('Ada', { turn: 2, verdict: 'settled', scores: 3, minute: 5 });
    expect(stateOf(...apart, settled)).toBe('certified');
    expect(stateOf(...apart, settled, review('Ben', { turn: 2, scores: 4.5, minute: 6 }))).toBe('disagreed');
    expect(stateOf(...apart, settled, review('Ben', { turn: 2, scores: 1.5, minute: 6 }))).toBe('certified');
  });

  it('a settlement alone is nobody’s score', () => {
    expect(stateOf(review('Ada'), review('Ben', { verdict: 'settled' }))).toBe('open');
  });

  it('is skipped once all who are needed have judged it and one of them skipped it; a further person may score it', () => {
    const skip = review('Ada', { verdict: 'skipped' });
    expect(stateOf(skip)).toBe('open');
    expect(stateOf(skip, review('Ben'))).toBe('skipped');
    expect(stateOf(skip, review('Ben', { verdict: 'skipped' }))).toBe('skipped');
    expect(stateOf(skip, review('Ben'), review('Cem'))).toBe('certified');
    expect(stateOf(skip, review('Ben'), review('Ada', { turn: 2, minute: 9 }))).toBe('certified');
  });

  it('does not count a program where people are asked, nor people where a program is', () => {
    const both = [review('Ada'), review('script-1', { kind: 'script' })];
    expect(stateOf(...both)).toBe('open');
    expect(stateOfCase(both, { ...rules, by: 'script', reviewers: 1 })).toMatchObject({ state: 'certified' });
  });

  it('depends on no order in which reviews are read, and counts each case once', () => {
    const reviews = fc.array(
      fc.record({
        reviewer: fc.constantFrom('Ada', 'ada', 'Ben', 'Cem', 'Dora'),
        verdict: fc.constantFrom('scored', 'skipped', 'settled'),
        scores: fc.integer({ min: 0, max: 50 }).map((n) => n / 10),
        minute: fc.integer({ min: 0, max: 5 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(reviews, fc.infiniteStream(fc.nat()), (given, chance) => {
        const turns = new Map<string, number>();
        const all = given.map(({ reviewer, verdict, scores, minute }) => {
          const turn = (turns.get(reviewerKey(reviewer)) ?? 0) + 1;
          turns.set(reviewerKey(reviewer), turn);
          return review(reviewer, { turn, minute, verdict: verdict as Review['verdict'], scores });
        });
        const other = all.map((own) => ({ own, by: chance.next().value })).toSorted((a, b) => a.by - b.by);
        const [one, two] = [all, other.map(({ own }) => own)].map((each) => stateOfCase(each, rules));
        expect(two?.state).toBe(one?.state);
        expect(two && mergeReviews(two)).toEqual(one && mergeReviews(one));
        const counts = countStates([one?.state ?? 'open']);
        expect(counts.open + counts.disagreed + counts.skipped + counts.certified).toBe(1);
        // A certified case has six scores within 0 to 5, and as many scorers as were asked for.
        const merged = one && mergeReviews(one);
        if (!merged) return;
        expect(new Set(merged.reviewers.map(reviewerKey)).size).toBeGreaterThanOrEqual(2);
        for (const key of dimensionKeys) expect(merged.scores[key]).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is told in a line', () => {
    const counts = { open: 285, disagreed: 3, skipped: 0, certified: 12 };
    expect(countWords(counts)).toBe('12 of 300 certified, 285 open, 3 to settle');
    expect(isComplete(counts)).toBe(false);
    expect(countWords({ open: 0, disagreed: 1, skipped: 2, certified: 0 })).toBe(
      '0 of 3 certified, 1 to settle, 2 skipped',
    );
    expect(isComplete({ open: 0, disagreed: 0, skipped: 2, certified: 0 })).toBe(true);
    expect(peopleWords(2, [])).toBe('2 people judge each case, so far nobody has');
    expect(peopleWords(1, ['Ada'])).toBe('1 person judges each case, so far Ada');
    expect(peopleWords(2, [...'abcdefg'])).toBe('2 people judge each case, so far a, b, c, d, e, 2 more');
  });
});

describe('merging', () => {
  const merge = (...reviews: Review[]) => mergeReviews(stateOfCase(reviews, rules));

  it('takes the mean of each dimension and the newest edited text', () => {
    const merged = merge(
      review('Ada', { scores: allScores(4.5, { safety: 3 }), text: 'by Ada', minute: 1 }),
      review('Ben', { scores: 4, minute: 2 }),
    );
    expect(merged).toMatchObject({
      scores: allScores(4.25, { safety: 3.5 }),
      ...{ text: 'by Ada', reviewers: ['Ada', 'Ben'], kind: 'person', settled: false, at: '2026-11-26T12:02:00.000Z' },
    });
    expect(merge(review('Ada', { text: 'a', minute: 2 }), review('Ben', { text: 'b', minute: 1 }))?.text).toBe('a');
    expect(merge(review('Ada'), review('Ben'))?.text).toBeNull();
  });

  it('takes scores and text of the settlement where people disagreed', () => {
    const apart = [review('Ada', { scores: 1, text: 'by Ada' }), review('Ben', { scores: 5 })];
    const settled = review('Cem', { verdict: 'settled', scores: 3, text: 'settled', minute: 3 });
    expect(merge(...apart)).toBeNull();
    expect(merge(...apart, settled)).toMatchObject({
      scores: allScores(3),
      ...{ text: 'settled', settled: true, reviewers: ['Ada', 'Ben', 'Cem'] },
    });
    expect(merge(...apart, { ...settled, text: null })?.text).toBeNull();
  });

  it('a later judgement of the same person takes the place of an earlier one', () => {
    const merged = merge(review('Ada', { scores: 1 }), review('Ada', { scores: 4, turn: 2, minute: 1 }), review('Ben'));
    expect(merged?.scores).toEqual(allScores(4));
  });

  it('of three people a third is no endless fraction', () => {
    const merged = mergeReviews(
      stateOfCase([review('Ada', { scores: 4 }), review('Ben', { scores: 4 }), review('Cem', { scores: 5 })], rules),
    );
    expect(merged?.scores.accuracy).toBe(4.33);
  });
});

describe('the next case', () => {
  const cases = (...states: [string, Review[]][]) =>
    states.map(([id, reviews]) => ({ id, reviewed: stateOfCase(reviews, rules) }));

  it('is one that this reviewer has not judged, nearly finished ones before others, then a disagreement', () => {
    const apart: [string, Review[]] = ['apart', [review('Ada', { scores: 1 }), review('Ben', { scores: 5 })]];
    const all = cases(['new', []], ['begun', [review('Ben')]], ['done', [review('Ada')]], apart);
    expect(nextCase(all, 'ADA')).toEqual({ id: 'begun', task: 'judge' });
    expect(nextCase(all, 'Ada', 'settle')).toEqual({ id: 'apart', task: 'settle' });
    expect(nextCase(cases(['done', [review('Ada')]], apart), 'Ada')).toEqual({ id: 'apart', task: 'settle' });
    expect(nextCase(cases(['done', [review('Ada')]]), 'Ada')).toBeNull();
    expect(nextCase(cases(['skipped', [review('Ada', { verdict: 'skipped' })]]), 'Ada')).toBeNull();
  });

  it('is another one for each of several people who begin together', () => {
    const all = cases(...Array.from({ length: 50 }, (_, i): [string, Review[]] => [`case-${i}`, []]));
    const first = ['Ada', 'Ben', 'Cem', 'Dora', 'Eli'].map((name) => nextCase(all, name)?.id);
    expect(new Set(first).size).toBeGreaterThan(2);
  });
});

describe('a review', () => {
  it('has all six scores in tenths, or none where it is a skip', () => {
    const reasons = (value: unknown) => reviewSchema.safeParse(value).error?.issues.map(({ path }) => path.join('.'));
    expect(reasons(review('Ada'))).toBeUndefined();
    expect(reasons(review('Ada', { scores: allScores(4, { safety: null }) }))).toEqual(['scores.safety']);
    expect(reasons(review('Ada', { scores: allScores(4.25) }))).toHaveLength(6);
    expect(reasons(review('Ada', { scores: allScores(1.1) }))).toBeUndefined();
    expect(reasons(review('Ada', { scores: allScores(5.1) }))).toHaveLength(6);
    expect(reasons({ ...review('Ada'), verdict: 'skipped' })).toHaveLength(6);
  });

  it('is of one person, however the name is written', () => {
    expect(new Set(['Dr Ada', ' dr  ada ', 'DR ADA', 'Dr\u200b Ada', 'Dr\u00a0Ada'].map(reviewerKey)).size).toBe(1);
    for (const other of ['Dr\tAda', 'Dr\nAda', 'Dr\u2800Ada', 'D\u034fr Ada\u3164', 'Dr\ufe0f Ada', '\uff24r Ada'])
      expect(reviewerKey(other), JSON.stringify(other)).toBe(reviewerKey('Dr Ada'));
    expect(reviewerKey('STRAUSS')).toBe(reviewerKey('Strauß'));
    expect(reviewerKey('ΝΙΚΟΣ')).toBe(reviewerKey('Νίκος'.normalize('NFD').replaceAll(/\p{M}/gu, '')));
    expect(reviewerName('Dr\tAda')).toBe('Dr Ada');
    expect(nameRefusal(' Dr Ada')).toBeNull();
    expect(nameRefusal('x'.repeat(80))).toBeNull();
    expect(nameRefusal('x'.repeat(81))).toMatch(/longer than 80/);
    expect(nameRefusal(' \u200b\u3164\u2800')).toMatch(/a name is needed/);
    expect(nameRefusal('SCRIPT-1')).toMatch(/is a program's/);
    expect(reviewerName(' \u200b\u3164\u2800')).toBe('');
    expect(reviewerName(' Dr\u200b  Ada ')).toBe('Dr Ada');
    expect(['script-1', 'Script 2', 'script'].map(isScriptName)).toEqual([true, true, true]);
    expect(isScriptName('Scripture')).toBe(false);
  });
});
