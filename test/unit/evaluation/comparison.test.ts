import { describe, expect, it } from 'vitest';
import { compareAll, compareEvaluations } from '../../../domain/evaluation/comparison.ts';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';

const item = (id: string, right: boolean, more: Partial<ScoredItem> = {}): ScoredItem => {
  const reading = {
    letter: right ? 'A' : 'B',
    predicted: right ? 'nevus' : 'melanoma',
    correct: right,
    score: Number(right),
  };
  return {
    ...{ id, caseId: id, group: id, source: 'ham10000', attributes: {}, output: `${id} ${right}`, expected: 'nevus' },
    ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
    ...more,
  };
};
const items = (marks: string, more: Partial<ScoredItem> = {}) =>
  [...marks].map((mark, i) => item(`q${i}`, mark === '1', more));

describe('compareEvaluations', () => {
  it('lists what was lost, gained and said otherwise, with both outputs', () => {
    const first = [item('a', true), item('b', false), item('c', true), item('d', false), item('e', false)];
    const otherAnswer = { letter: 'C', predicted: 'wart', correct: false, score: 0 };
    const second = [
      item('a', false),
      item('b', true),
      item('c', true, { output: 'c in other words' }),
      item('d', false),
      item('e', false, { output: 'e', strict: otherAnswer }),
    ];
    const { changed, all, onlyFirst, onlySecond } = compareEvaluations(first, second);
    expect(changed.map(({ id, change }) => [id, change])).toEqual([
      ['a', 'lost'],
      ['b', 'gained'],
      ['e', 'other answer'],
      ['c', 'other text'],
    ]);
    expect(changed[0]).toMatchObject({ first: { output: 'a true', correct: true }, second: { output: 'a false' } });
    expect(all).toMatchObject({ items: 5, difference: 0, p: 1, test: 'exact' });
    expect([onlyFirst, onlySecond]).toEqual([0, 0]);
  });

  it('compares the items that both have, and counts the others', () => {
    const { all, onlyFirst, onlySecond } = compareEvaluations(items('1111'), [...items('11'), item('x', true)]);
    expect({ items: all.items, onlyFirst, onlySecond }).toEqual({ items: 2, onlyFirst: 2, onlySecond: 1 });
    expect(() => compareEvaluations(items('1'), [item('x', true)])).toThrow('share no item');
  });

  it('tests each set by itself, corrected for their number', () => {
    const sets = ['a', 'b', 'c'];
    const first = sets.flatMap((source) =>
      items('1111111111', { source }).map((own) => ({ ...own, id: source + own.id })),
    );
    const second = first.map((own) => (own.source === 'a' ? { ...item(own.id, false), source: 'a' } : own));
    const [a, b] = compareEvaluations(first, second).sets;
    expect(a).toMatchObject({ source: 'a', difference: -1 });
    expect(a?.p).toBeCloseTo(2 / 1024, 12);
    expect(a?.correctedP).toBeCloseTo(6 / 1024, 12);
    expect(b).toMatchObject({ difference: 0, correctedP: 1 });
  });

  it('reads by the reader that is asked for, and tests shares by t', () => {
    const graded = (score: number, i: number): ScoredItem => {
      const reading = { letter: null, predicted: null, correct: score === 1, score };
      return item(`q${i}`, false, { strict: reading, lenient: { ...reading, score: 1 } });
    };
    const first = [0.2, 0.4, 0.5, 0.1, 0.3].map(graded);
    const second = [0.4, 0.7, 0.6, 0.3, 0.5].map(graded);
    expect(compareEvaluations(first, second).all).toMatchObject({ test: 't' });
    expect(compareEvaluations(first, second).all.p).toBeLessThan(0.01);
    expect(compareEvaluations(first, second, 'lenient').all).toMatchObject({ difference: 0, p: 1 });
  });
});

describe('compareAll', () => {
  it('holds every model against every later one, corrected for all pairs', () => {
    const models = ['000000000000', '111111111111', '111111111110'].map((marks, i) => ({
      name: `m${i}`,
      items: items(marks),
    }));
    const pairs = compareAll(models);
    expect(pairs.map(({ first, second }) => `${first} ${second}`)).toEqual(['m0 m1', 'm0 m2', 'm1 m2']);
    expect(pairs[0]?.correctedP).toBeCloseTo(3 * (2 / 4096), 12);
    expect(pairs[2]?.correctedP).toBe(1);
  });
});
