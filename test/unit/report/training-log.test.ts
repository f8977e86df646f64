import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MetricsLine, mergeLines, pointsOf, smooth, thin } from '../../../domain/report/training-log.ts';

const line = (step: number, values: MetricsLine['values']): MetricsLine => ({ step, values });
const points = fc
  .array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 1, maxLength: 300 })
  .map((values) => values.map((value, i) => ({ step: i + 1, value: value / 100 })));
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('mergeLines', () => {
  it('joins stretches to one line per step, rising; what was logged twice is the later one', () => {
    const lines = [
      line(1, { loss: 2 }),
      line(10, { loss: 1 }),
      line(2, { loss: 3 }),
      line(10, { loss: 0.5, eval_loss: 4 }),
    ];
    expect(mergeLines(lines)).toEqual([
      line(1, { loss: 2 }),
      line(2, { loss: 3 }),
      line(10, { loss: 0.5, eval_loss: 4 }),
    ]);
  });
});

describe('pointsOf', () => {
  it('leaves out steps without a finite value', () => {
    const lines = [line(1, { kl: 0 }), line(2, { kl: null }), line(3, { loss: 1 }), line(4, { kl: Number.NaN })];
    expect(pointsOf(lines, 'kl')).toEqual([{ step: 1, value: 0 }]);
  });
});

describe('smooth', () => {
  it('averages over neighbours, fewer at the ends', () => {
    const curve = [3, 0, 6, 0, 3].map((value, i) => ({ step: i + 1, value }));
    expect(smooth(curve, 1).map(({ value }) => value)).toEqual([1.5, 3, 2, 3, 1.5]);
  });

  it('leaves a short curve as it is, keeps steps, and stays between the extremes', () => {
    fc.assert(
      fc.property(points, (curve) => {
        const smoothed = smooth(curve);
        const [low, high] = [Math.min(...curve.map((p) => p.value)), Math.max(...curve.map((p) => p.value))];
        expect(smoothed.map(({ step }) => step)).toEqual(curve.map(({ step }) => step));
        expect(smoothed.every(({ value }) => value >= low - 1e-9 && value <= high + 1e-9)).toBe(true);
        if (curve.length < 10) expect(smoothed).toEqual(curve);
      }),
    );
  });
});

describe('thin', () => {
  it('keeps within its limit, the order of steps, the last step and the mean of equal stretches', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 50 }), (curve, limit) => {
        const thinned = thin(curve, limit);
        const steps = thinned.map(({ step }) => step);
        expect(thinned.length).toBeLessThanOrEqual(limit);
        expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
        expect(steps.at(-1)).toBe(curve.at(-1)?.step);
        if (curve.length % thinned.length === 0) {
          expect(mean(thinned.map((p) => p.value))).toBeCloseTo(mean(curve.map((p) => p.value)), 6);
        }
      }),
    );
  });

  it('leaves a curve within the limit as it is', () => {
    const curve = [{ step: 1, value: 2 }];
    expect(thin(curve, 1)).toEqual(curve);
    expect(thin([], 5)).toEqual([]);
  });
});
