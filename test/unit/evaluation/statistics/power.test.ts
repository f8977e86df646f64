import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationOf, optionConfidence } from '../../../../domain/evaluation/statistics/calibration.ts';
import { testScores } from '../../../../domain/evaluation/statistics/paired-scores.ts';

describe('testScores', () => {
  const differences = fc.array(
    fc.record({ group: fc.constantFrom(...'abcdefgh'), value: fc.constantFrom(-1, -0.5, 0, 0.25, 1) }),
    { minLength: 1 },
  );

  it('is p in (0, 1], a difference that can be found, and turns with the models', () => {
    fc.assert(
      fc.property(differences, (list) => {
        const there = testScores(list);
        const back = testScores(list.map(({ group, value }) => ({ group, value: 0 - value })));
        expect(there.p).toBeGreaterThan(0);
        expect(there.p).toBeLessThanOrEqual(1);
        expect(there.p).toBeCloseTo(back.p, 9);
        expect(there.detectable).toBeGreaterThan(0);
        expect(there.detectable).toBeLessThanOrEqual(2);
        expect(there.low).toBeCloseTo(-back.high, 9);
      }),
    );
  });

  it('tells nothing of one patient', () => {
    expect(testScores([1, 1, 1].map((value) => ({ group: 'a', value })))).toMatchObject({ p: 1, detectable: 2 });
  });
});

describe('calibration', () => {
  it('is perfect where confidence is the share that is right', () => {
    const answers = Array.from({ length: 100 }, (_, i) => ({ confidence: 0.75, correct: i % 4 > 0 }));
    const { ece, bias, brier } = calibrationOf(answers);
    expect(ece).toBeCloseTo(0, 12);
    expect(bias).toBeCloseTo(0, 12);
    expect(brier).toBeCloseTo(0.1875, 12);
  });

  it('shows overconfidence', () => {
    const answers = Array.from({ length: 10 }, (_, i) => ({ confidence: 1, correct: i < 4 }));
    expect(calibrationOf(answers)).toMatchObject({ ece: 0.6, brier: 0.6, bias: 0.6 });
    expect(calibrationOf([{ confidence: 0, correct: false }]).bins[0]).toMatchObject({ items: 1, accuracy: 0 });
  });

  it('refuses what is no probability, and an empty list', () => {
    expect(() => calibrationOf([{ confidence: 1.2, correct: true }])).toThrow('probability');
    expect(() => calibrationOf([])).toThrow('at least one');
  });

  it('takes a model’s log-probabilities among the options', () => {
    expect(optionConfidence({ A: Math.log(0.2), B: Math.log(0.6) }, 'B')).toBeCloseTo(0.75, 12);
    expect(optionConfidence({ A: -1000, B: -1001 }, 'A')).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect(optionConfidence({ A: -1 }, 'C')).toBeNull();
  });
});
