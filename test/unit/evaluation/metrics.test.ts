import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy, confusionMatrix, macroF1, type Prediction } from '../../../domain/evaluation/metrics.ts';

const predictions = (text: string): Prediction[] =>
  text.split(' ').map((pair) => {
    const [expected = '', predicted = ''] = pair.split('>');
    return { expected, predicted: predicted === '' ? null : predicted };
  });

const anyPredictions = fc.array(
  fc.record({ expected: fc.constantFrom('a', 'b', 'c'), predicted: fc.constantFrom('a', 'b', 'c', 'd', null) }),
  { minLength: 1, maxLength: 60 },
);

describe('macroF1', () => {
  it.each([
    { given: 'all right', of: 'a>a b>b c>c', f1: 1 },
    { given: 'nothing readable', of: 'a> b>', f1: 0 },
    // a: 2*2/(2+3) = 0.8, b: 2*1/(2+1) = 2/3
    { given: 'one b taken for an a', of: 'a>a a>a b>a b>b', f1: (0.8 + 2 / 3) / 2 },
    // c is never right: it is no class of its own, but costs a its recall (2*1/(2+1)).
    { given: 'a label that never occurs', of: 'a>a a>c b>b', f1: (2 / 3 + 1) / 2 },
    // The all-benign row: 2*0.75/1.75 over three labels.
    { given: 'always the commonest of three', of: 'a>a a>a a>a a>a a>a a>a b>a c>a', f1: (2 * 0.75) / 1.75 / 3 },
  ])('$given', ({ of, f1 }) => {
    expect(macroF1(predictions(of))).toBeCloseTo(f1, 12);
  });

  it('is 1 exactly where accuracy is 1', () => {
    fc.assert(fc.property(anyPredictions, (p) => (macroF1(p) === 1) === (accuracy(p) === 1)));
  });

  it('does not depend on order', () => {
    fc.assert(fc.property(anyPredictions, (p) => Math.abs(macroF1(p) - macroF1(p.toReversed())) < 1e-12));
  });
});

describe('confusionMatrix', () => {
  it('counts expected by predicted, the unreadable apart', () => {
    expect(confusionMatrix(predictions('a>a a>b a> b>c'))).toEqual({
      labels: ['a', 'b', 'c'],
      counts: [
        [1, 1, 0],
        [0, 0, 1],
        [0, 0, 0],
      ],
      unparsed: [1, 0, 0],
    });
  });

  it('holds every item once, the right ones on the diagonal', () => {
    fc.assert(
      fc.property(anyPredictions, (p) => {
        const { counts, unparsed } = confusionMatrix(p);
        const total = [...counts.flat(), ...unparsed].reduce((a, b) => a + b, 0);
        const diagonal = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
        expect(total).toBe(p.length);
        expect(diagonal / p.length).toBeCloseTo(accuracy(p), 12);
      }),
    );
  });
});
