/**
 * Multinomial logistic regression with an L2 penalty: scikit-learn's `LogisticRegression(C=1 / l2)`, whose minimum is
 * one point, so that whoever finds it finds the same. The intercepts are not penalised.
 */
import { minimise } from './lbfgs.ts';
import type { Matrix } from './matrix.ts';

interface LogisticModel {
  classes: number;
  width: number;
  /** `[classes, width]` */
  weights: Float64Array;
  intercepts: Float64Array;
  converged: boolean;
  iterations: number;
}

interface LogisticOptions {
  /** Weight of half the sum of the squared weights beside the summed log-loss. */
  l2: number;
  /** Largest part of the mean loss's gradient at the end. */
  tolerance?: number;
  mostIterations?: number;
}

/** @param classOf of each row, from 0; every class below `classes` may lack rows */
export function fitLogistic(
  { rows, width, data }: Matrix,
  classOf: Int32Array,
  classes: number,
  { l2, tolerance = 1e-8, mostIterations = 2000 }: LogisticOptions,
): LogisticModel {
  const size = classes * width;
  const scores = new Float64Array(classes);
  const penalty = l2 / rows;
  const objective = (at: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < rows; row += 1) {
      const own = classOf[row] ?? 0;
      const normaliser = softmax(data, row * width, width, at, scores);
      loss += normaliser - (scores[own] ?? 0);
      for (let k = 0; k < classes; k += 1) {
        const gap = (Math.exp((scores[k] ?? 0) - normaliser) - Number(k === own)) / rows;
        gradient[size + k] = (gradient[size + k] ?? 0) + gap;
        for (let j = 0, w = k * width, x = row * width; j < width; j += 1, w += 1, x += 1) {
          gradient[w] = (gradient[w] ?? 0) + gap * (data[x] ?? 0);
        }
      }
    }
    let squares = 0;
    for (let w = 0; w < size; w += 1) {
      const weight = at[w] ?? 0;
      squares += weight * weight;
      gradient[w] = (gradient[w] ?? 0) + penalty * weight;
    }
    return loss / rows + (penalty * squares) / 2;
  };
  const { at, converged, iterations } = minimise(objective, new Float64Array(size + classes), {
    tolerance,
    mostIterations,
  });
  return { classes, width, weights: at.slice(0, size), intercepts: at.slice(size), converged, iterations };
}

/** `[rows, classes]` */
export function probabilitiesOf({ classes, width, weights, intercepts }: LogisticModel, asked: Matrix): Float32Array {
  const parameters = new Float64Array([...weights, ...intercepts]);
  const scores = new Float64Array(classes);
  const probabilities = new Float32Array(asked.rows * classes);
  for (let row = 0; row < asked.rows; row += 1) {
    const normaliser = softmax(asked.data, row * width, width, parameters, scores);
    for (let k = 0; k < classes; k += 1) {
      probabilities[row * classes + k] = Math.exp((scores[k] ?? 0) - normaliser);
    }
  }
  return probabilities;
}

/** Writes a row's scores, less the highest of them, and returns the logarithm of the sum of their exponentials. */
function softmax(
  data: Float32Array,
  start: number,
  width: number,
  parameters: Float64Array,
  scores: Float64Array,
): number {
  const classes = scores.length;
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k += 1) {
    let score = parameters[classes * width + k] ?? 0;
    for (let j = 0, w = k * width, x = start; j < width; j += 1, w += 1, x += 1) {
      score += (parameters[w] ?? 0) * (data[x] ?? 0);
    }
    scores[k] = score;
    highest = Math.max(highest, score);
  }
  let total = 0;
  for (let k = 0; k < classes; k += 1) {
    const score = (scores[k] ?? 0) - highest;
    scores[k] = score;
    total += Math.exp(score);
  }
  return Math.log(total);
}
