import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passAtK, SampledItems, voteOf } from '../../../domain/evaluation/samples.ts';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';

const answer = (predicted: string | null, output = String(predicted)): ScoredItem => {
  const reading = { letter: null, predicted, correct: predicted === 'nevus', score: Number(predicted === 'nevus') };
  return {
    ...{ id: 'q', caseId: 'q', group: 'q', source: 's', attributes: {}, output, expected: 'nevus' },
    ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
  };
};

describe('passAtK', () => {
  it.each([
    { n: 5, c: 0, k: 3, p: 0 },
    { n: 5, c: 5, k: 1, p: 1 },
    { n: 5, c: 2, k: 1, p: 2 / 5 },
    { n: 5, c: 2, k: 2, p: 1 - 3 / 10 },
    { n: 10, c: 3, k: 8, p: 1 },
  ])('$c of $n right, k $k', ({ n, c, k, p }) => expect(passAtK(n, c, k)).toBeCloseTo(p, 12));

  it('is the share of all choices of k that hold a right answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.integer({ min: 1, max: 9 }), (n, right, size) => {
        const [c, k] = [Math.min(right, n), Math.min(size, n)];
        let [all, holding] = [0, 0];
        for (let chosen = 0; chosen < 2 ** n; chosen += 1) {
          const places = Array.from({ length: n }, (_, i) => i).filter((i) => chosen & (1 << i));
          if (places.length !== k) continue;
          all += 1;
          holding += Number(places.some((i) => i < c));
        }
        expect(passAtK(n, c, k)).toBeCloseTo(holding / all, 12);
      }),
    );
    expect(() => passAtK(3, 1, 4)).toThrow('no pass@4');
  });
});

describe('voteOf', () => {
  it('is the most frequent answer; of equal ones the first; what was not read has no vote', () => {
    const of = (...predicted: (string | null)[]) => voteOf(predicted.map((label) => answer(label))).strict.predicted;
    expect(of('wart', 'nevus', 'nevus')).toBe('nevus');
    expect(of('wart', 'nevus')).toBe('wart');
    expect(of(null, null, 'nevus')).toBe('nevus');
    expect(of(null, null)).toBeNull();
    expect(() => voteOf([])).toThrow('at least one');
  });
});

/** By patient, in the order in which patients first come. */
function sampledScores(items: readonly (readonly ScoredItem[])[]) {
  const groups = [...new Set(items.flatMap((own) => own.map(({ group }) => group)))];
  const sampled = new SampledItems();
  for (const own of items) sampled.add(groups.indexOf(own[0]?.group ?? ''), own);
  return sampled.scores();
}

describe('scores of sampled answers', () => {
  const of = (...predicted: (string | null)[]): ScoredItem[] => predicted.map((label) => answer(label));

  it('are the vote and pass@k for powers of two and all, each with an interval by patient', () => {
    const items = [of('nevus', 'nevus', 'wart'), of('wart', 'wart', 'nevus'), of('wart', null, null)].map((own, i) =>
      own.map((each) => ({ ...each, group: `patient-${i}` })),
    );
    const { answers, vote, passAt } = sampledScores(items);
    expect([answers, vote.strict.value]).toEqual([3, 1 / 3]);
    expect(passAt.map(({ k, strict }) => [k, strict.value])).toEqual([
      [1, expect.closeTo(1 / 3, 12)],
      [2, expect.closeTo((1 + 2 / 3 + 0) / 3, 12)],
      [3, expect.closeTo(2 / 3, 12)],
    ]);
    for (const { strict } of passAt) expect(strict.high - strict.low).toBeGreaterThan(0.1);
  });

  it('vote by each reader by itself', () => {
    const hidden = (predicted: string): ScoredItem => ({ ...answer(predicted), strict: answer(null).strict });
    const { vote } = sampledScores([[hidden('nevus'), hidden('nevus'), answer('wart')]]);
    expect([vote.strict.value, vote.lenient.value]).toEqual([0, 1]);
  });

  it.each([
    [2, [1, 2]],
    [4, [1, 2, 4]],
    [5, [1, 2, 4, 5]],
  ])('of %i answers', (count, ks) => {
    const { passAt } = sampledScores([of(...Array<string>(count).fill('wart'))]);
    expect(passAt.map(({ k }) => k)).toEqual(ks);
  });
});
