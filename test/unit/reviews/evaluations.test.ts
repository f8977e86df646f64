import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownItemSchema } from '../../../domain/benchmarks/own-items.ts';
import { byDimension, dimensionKeys, dimensions, type Scores } from '../../../domain/dermeval/dimensions.ts';
import { readScores } from '../../../domain/dermeval/reading/read-scores.ts';
import { judgedRowSchema } from '../../../domain/dermeval/soreb.ts';
import { benchItem } from '../../../domain/reviews/bench-items.ts';
import { evaluationText, evaluatorRow } from '../../../domain/reviews/evaluations.ts';
import { mergeReviews } from '../../../domain/reviews/merge.ts';
import { reviewSchema } from '../../../domain/reviews/review.ts';
import { scriptedReviews } from '../../../domain/reviews/scripted.ts';
import { stateOfCase } from '../../../domain/reviews/state.ts';
import { allScores, narrative } from '../../support/reviews.ts';

const hundredths = fc.integer({ min: 0, max: 500 }).map((n) => n / 100);
const anyScores = fc.record(byDimension(() => hundredths));

describe('an evaluation out of people’s scores', () => {
  it('is six lines and the mean', () => {
    const lines = evaluationText(allScores(4, { safety: 4.25, clinical_coverage: 2.5 })).split('\n');
    expect(lines[0]).toBe('Accuracy: 4.0 - right in the main, small omissions');
    expect(lines.slice(0, 6).map((line) => line.split(':')[0])).toEqual(
      dimensionKeys.map((key) => dimensions[key].name),
    );
    expect(lines[1]).toMatch(/^Safety: 4\.25 - /);
    expect(lines.slice(6)).toEqual(['Overall Score: 3.8']);
  });

  it('is read back as the very scores', () => {
    const isReadBack = (scores: Scores): void => expect(readScores(evaluationText(scores))).toEqual({ ...scores });
    fc.assert(
      fc.property(anyScores, (scores) => {
        isReadBack(scores);
      }),
      { numRuns: 500 },
    );
    // Each hundredth in each place, since the reader tells scales by the numbers that it sees.
    for (let n = 0; n <= 500; n += 1) isReadBack(allScores(n / 100));
  });

  it('is never made of a missing score', () => {
    expect(() => evaluationText(allScores(4, { safety: null }))).toThrow('no score for Safety');
  });

  it('is of the narrative as it was seen, in a row that a trainer takes', () => {
    const row = evaluatorRow(narrative('a', { skinTone: 2 }), allScores(3.5));
    expect(judgedRowSchema.parse(row)).toEqual(row);
    expect(row.prompt).toContain(narrative('a').text);
    expect(row).toMatchObject({ skinTone: 2, scores: readScores(row.completion) });
  });
});

describe('a program in place of people', () => {
  it('says what is known, never disagrees, and is called a program', () => {
    const settings = fc.record({
      reviewers: fc.integer({ min: 1, max: 5 }),
      settleAbove: fc.integer({ min: 0, max: 50 }).map((n) => n / 10),
    });
    fc.assert(
      fc.property(anyScores, settings, (known, rules) => {
        const reviews = scriptedReviews('a#1', known, rules).map((own) => reviewSchema.parse(own));
        const reviewed = stateOfCase(reviews, { by: 'script', ...rules });
        expect(reviewed.state).toBe('certified');
        const merged = mergeReviews(reviewed);
        expect(merged?.kind).toBe('script');
        expect(merged?.reviewers).toEqual(Array.from({ length: rules.reviewers }, (_, i) => `script-${i + 1}`));
        for (const key of dimensionKeys)
          expect(Math.abs((merged?.scores[key] ?? 9) - known[key])).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('skips what lacks a score', () => {
    const rules = { reviewers: 2, settleAbove: 1 };
    const reviews = scriptedReviews('a#1', allScores(4, { safety: null }), rules);
    expect(stateOfCase(reviews, { by: 'script', ...rules }).state).toBe('skipped');
  });
});

describe('an item of DermBench’s part', () => {
  it('is an open question with the certified text, by the prompts of the recipe', () => {
    const certified = {
      ...narrative('a', { text: 'edited', skinTone: 2 }),
      ...({ scores: allScores(4), kind: 'person', settled: false, at: '', part: 'bench' } as const),
      reviewers: ['Ada'],
    };
    const item = benchItem(certified, 'paper');
    expect(ownItemSchema.parse(item)).toEqual(item);
    expect(item).toMatchObject({ reference: 'edited', answer: 'melanoma', attributes: { 'skin tone': 'V-VI' } });
    expect(item.question).toContain('Write a diagnostic report');
    expect(benchItem(certified, 'compact').question).toBe('Give a diagnosis. Answer as <thinking> <diagnosis>');
  });
});
