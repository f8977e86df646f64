/** A sketch may only rule out what is less alike than is asked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAskedSketches, sketchBytes, writeSketch } from '../../../domain/cases/views/sketch.ts';
import { stepsOfByte, viewLength } from '../../../domain/cases/views/view-hash.ts';
import { createRandom } from '../../../domain/random.ts';

/** Of unit length, its mean 0, as views are. */
function unit(values: readonly number[]): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const length = Math.hypot(...values.map((value) => value - mean)) || 1;
  return Float32Array.from(values, (value) => (value - mean) / length);
}

function boundAndCosine(asked: Float32Array, other: Float32Array): [bound: number, cosine: number] {
  const bytes = Int8Array.from(other, (value) => Math.round(value * stepsOfByte));
  const sketch = new Uint8Array(sketchBytes + 3);
  writeSketch(bytes, sketch, 3);
  const sketches = createAskedSketches(2);
  sketches.set(1, asked);
  let dot = 0;
  for (let i = 0; i < viewLength; i += 1) dot += (asked[i] ?? 0) * (bytes[i] ?? 0);
  return [sketches.bound(1, new Int8Array(sketch.buffer), sketch, 3), dot / stepsOfByte];
}

describe('a sketch', () => {
  it('is never below the cosine, whatever the views', () => {
    const values = fc.array(
      fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 0, 0, 1, -1, 1e-6)),
      {
        minLength: viewLength,
        maxLength: viewLength,
      },
    );
    fc.assert(
      fc.property(values, values, fc.double({ min: 0, max: 1, noNaN: true }), (first, second, share) => {
        const asked = unit(first);
        // From another view to the same one, and its opposite.
        for (const other of [
          second,
          first.map((value, i) => share * value + (1 - share) * (second[i] ?? 0)),
          first.map((value) => -value),
        ]) {
          const [bound, cosine] = boundAndCosine(asked, unit(other));
          expect(bound).toBeGreaterThanOrEqual(cosine);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is near the cosine of smooth views, so that it rules out most of what is not alike', () => {
    const random = createRandom('sketches');
    const smooth = (): Float32Array => {
      const waves = Array.from(
        { length: 4 },
        () => [random.normal(3), random.normal(3), random.between(0, 6)] as const,
      );
      return unit(
        Array.from({ length: viewLength }, (_, at) =>
          waves.reduce(
            (sum, [x, y, phase]) => sum + Math.sin((x * (at % 8)) / 8 + (y * Math.floor(at / 8)) / 8 + phase),
            0,
          ),
        ),
      );
    };
    const found = Array.from({ length: 2000 }, () => boundAndCosine(smooth(), smooth()));
    const unlike = found.filter(([, cosine]) => cosine < 0.8);
    expect(unlike.filter(([bound]) => bound >= 0.9).length).toBeLessThan(unlike.length / 20);
  });
});
