import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimise } from '../../../domain/probes/lbfgs.ts';
import { fitLogistic, probabilitiesOf } from '../../../domain/probes/logistic.ts';
import { scalingOf, standardise } from '../../../domain/probes/matrix.ts';
import { createRandom } from '../../../domain/random.ts';

const options = { tolerance: 1e-9, mostIterations: 5000 };

describe('L-BFGS', () => {
  it('finds the minimum of any quadratic bowl', () => {
    const scales = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(scales, fc.integer({ min: -50, max: 50 }), (curvatures, offset) => {
        const found = minimise(
          (at, gradient) => {
            let value = 0;
            for (const [i, curvature] of curvatures.entries()) {
              const gap = (at[i] ?? 0) - offset - i;
              value += (curvature * gap * gap) / 2;
              gradient[i] = curvature * gap;
            }
            return value;
          },
          new Float64Array(curvatures.length),
          options,
        );
        expect(found.converged).toBe(true);
        for (const [i, curvature] of curvatures.entries()) {
          expect(Math.abs((found.at[i] ?? 0) - offset - i) * curvature).toBeLessThan(1e-8);
        }
      }),
    );
  });

  it('ends at a minimum that it begins at, and says where it ran out of steps', () => {
    const bowl = (at: Float64Array, gradient: Float64Array): number => {
      gradient.set(at.map((value) => 4 * value ** 3));
      return at.reduce((sum, value) => sum + value ** 4, 0);
    };
    expect(minimise(bowl, new Float64Array(3), options)).toMatchObject({ iterations: 0, converged: true });
    expect(minimise(bowl, Float64Array.of(9, -3, 1), { ...options, mostIterations: 2 }).converged).toBe(false);
  });
});

/** Pictures of three classes around three corners. */
function corners(count: number, width: number) {
  const random = createRandom(`corners/${count}/${width}`);
  const classOf = Int32Array.from({ length: count }, (_, i) => i % 3);
  const data = Float32Array.from({ length: count * width }, (_, at) => {
    const row = Math.floor(at / width);
    return random.normal(1) + (at % width === classOf[row] ? 3 : 0);
  });
  return { matrix: { rows: count, width, data }, classOf };
}

describe('logistic regression', () => {
  it('tells classes apart, with probabilities that sum to 1', () => {
    const { matrix, classOf } = corners(150, 5);
    const model = fitLogistic(matrix, classOf, 3, { l2: 1 });
    expect(model.converged).toBe(true);
    const probabilities = probabilitiesOf(model, matrix);
    let right = 0;
    for (const [row, own] of classOf.entries()) {
      const each = [...probabilities.subarray(3 * row, 3 * row + 3)];
      expect(each.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
      right += Number(each.indexOf(Math.max(...each)) === own);
    }
    expect(right).toBeGreaterThan(130);
  });

  it('gives the same bytes every time', () => {
    const { matrix, classOf } = corners(60, 7);
    const weights = () => fitLogistic(matrix, classOf, 3, { l2: 0.1 }).weights;
    expect(weights()).toEqual(weights());
  });

  it('with a large penalty knows the shares of the classes alone', () => {
    const { matrix } = corners(100, 4);
    const classOf = Int32Array.from({ length: 100 }, (_, i) => Number(i >= 70));
    const [first] = probabilitiesOf(fitLogistic(matrix, classOf, 2, { l2: 1e9 }), matrix);
    expect(first).toBeCloseTo(0.7, 4);
  });
});

it('standardised columns have mean 0 and deviation 1; one that is the same everywhere becomes 0', () => {
  const { matrix } = corners(40, 3);
  for (let row = 0; row < 40; row += 1) matrix.data[row * 3 + 2] = 0.1;
  standardise(matrix, scalingOf(matrix));
  for (const column of [0, 1]) {
    const values = Array.from({ length: 40 }, (_, row) => matrix.data[row * 3 + column] ?? 0);
    expect(values.reduce((sum, value) => sum + value, 0) / 40).toBeCloseTo(0, 5);
    expect(values.reduce((sum, value) => sum + value * value, 0) / 40).toBeCloseTo(1, 5);
  }
  for (let row = 0; row < 40; row += 1) expect(matrix.data[row * 3 + 2]).toBeCloseTo(0, 6);
});
