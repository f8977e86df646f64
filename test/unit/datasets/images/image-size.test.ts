import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxAspectRatio, modelSize } from '../../../../activities/datasets/images/image-size.ts';

/** Reference values by `smart_resize` of Transformers 5.23 with factor 28 and min_pixels 3136. */
const reference = [
  { from: [600, 450], maxPixels: 200_704, to: [504, 364] },
  { from: [1022, 767], maxPixels: 200_704, to: [504, 364] },
  { from: [450, 600], maxPixels: 200_704, to: [364, 504] },
  { from: [448, 448], maxPixels: 200_704, to: [448, 448] },
  { from: [140, 84], maxPixels: 12_544, to: [140, 84] },
  { from: [70, 98], maxPixels: 200_704, to: [56, 112] },
  { from: [20, 20], maxPixels: 200_704, to: [56, 56] },
  { from: [30, 90], maxPixels: 200_704, to: [56, 112] },
] as const;

describe('modelSize', () => {
  for (const { from, maxPixels, to } of reference) {
    it(`makes ${from.join('x')} within ${maxPixels} px ${to.join('x')}`, () => {
      const size = modelSize({ width: from[0], height: from[1] }, { maxPixels, snapTo: 28 });
      expect([size.width, size.height]).toEqual(to);
    });
  }

  const size = fc.record({ width: fc.integer({ min: 1, max: 6000 }), height: fc.integer({ min: 1, max: 6000 }) });
  const budget = fc
    .record({ snapTo: fc.constantFrom(14, 28, 32), patches: fc.integer({ min: 16, max: 400 }) })
    .map(({ snapTo, patches }) => ({ snapTo, maxPixels: patches * snapTo * snapTo }));
  const accepted = size.filter(
    ({ width, height }) => Math.max(width, height) <= maxAspectRatio * Math.min(width, height),
  );

  it('keeps to the budget and to multiples', () => {
    fc.assert(
      fc.property(accepted, budget, (from, limits) => {
        const { width, height } = modelSize(from, limits);
        expect(width % limits.snapTo).toBe(0);
        expect(height % limits.snapTo).toBe(0);
        expect(Math.min(width, height)).toBeGreaterThan(0);
        expect(width * height).toBeLessThanOrEqual(limits.maxPixels);
      }),
    );
  });

  it('leaves alone what it made', () => {
    fc.assert(
      fc.property(accepted, budget, (from, limits) => {
        const once = modelSize(from, limits);
        expect(modelSize(once, limits)).toEqual(once);
      }),
    );
  });

  it('enlarges no image beyond the nearest multiple unless it is tiny', () => {
    fc.assert(
      fc.property(accepted, budget, (from, limits) => {
        fc.pre(from.width * from.height >= 9 * limits.snapTo ** 2);
        const { width, height } = modelSize(from, limits);
        expect(width).toBeLessThanOrEqual(Math.max(from.width, limits.snapTo) + limits.snapTo / 2);
        expect(height).toBeLessThanOrEqual(Math.max(from.height, limits.snapTo) + limits.snapTo / 2);
      }),
    );
  });

  it('refuses what the processor refuses', () => {
    expect(() => modelSize({ width: 201, height: 1 }, { maxPixels: 12_544, snapTo: 28 })).toThrow(/200 times/);
    expect(() => modelSize({ width: 9, height: 9 }, { maxPixels: 100, snapTo: 28 })).toThrow(/at least.*3136/);
  });
});
