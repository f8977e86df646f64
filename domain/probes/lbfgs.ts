/**
 * Minimises a smooth convex function by L-BFGS (Nocedal and Wright, algorithm 7.5) with a backtracking line search. Own
 * code: no library of the npm registry that is kept up offers it.
 */

/** The value at a place; writes the gradient there into `gradient`. */
type Objective = (at: Float64Array, gradient: Float64Array) => number;

interface Minimum {
  at: Float64Array;
  value: number;
  iterations: number;
  /** Whether no part of the gradient is larger than the tolerance. */
  converged: boolean;
}

interface MinimiseOptions {
  /** Largest part of the gradient at which the search ends. */
  tolerance: number;
  mostIterations: number;
}

interface Step {
  /** Difference of two places, and of the gradients there. */
  move: Float64Array;
  change: Float64Array;
  /** 1 / (move · change) */
  inverse: number;
}

/** Steps that the curvature is estimated from. */
const memory = 10;
/** Of the decrease that the slope promises, the share that a step must bring (Armijo). */
const sufficient = 1e-4;
const mostHalvings = 50;

export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Minimum {
  let at: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(at.length);
  let value = objective(at, gradient);
  const steps: Step[] = [];
  for (let iterations = 0; ; iterations += 1) {
    const converged = largest(gradient) <= options.tolerance;
    if (converged || iterations >= options.mostIterations) return { at, value, iterations, converged };
    const direction = directionOf(gradient, steps);
    // The first step has no curvature to go by.
    const found = search(objective, { at, value, gradient }, direction, steps.length === 0 ? 1 / length(gradient) : 1);
    if (found) {
      const move = difference(found.at, at);
      const change = difference(found.gradient, gradient);
      const product = dot(move, change);
      if (product > 0) steps.push({ move, change, inverse: 1 / product });
      if (steps.length > memory) steps.shift();
      ({ at, value, gradient } = found);
    } else if (steps.length > 0) {
      steps.length = 0; // once more, straight down
    } else {
      return { at, value, iterations, converged: false };
    }
  }
}

interface Place {
  at: Float64Array;
  value: number;
  gradient: Float64Array;
}

/** The first of ever shorter steps that goes down enough; null where rounding hides any decrease. */
function search(objective: Objective, from: Place, direction: Float64Array, first: number): Place | null {
  const slope = dot(from.gradient, direction);
  const gradient = new Float64Array(direction.length);
  let step = first;
  for (let halving = 0; halving < mostHalvings; halving += 1, step /= 2) {
    const at = from.at.map((value, i) => value + step * (direction[i] ?? 0));
    const value = objective(at, gradient);
    if (value <= from.value + sufficient * step * slope) return { at, value, gradient };
  }
  return null;
}

/** The two loops: minus the gradient times the estimated inverse of the curvature. */
function directionOf(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const weights: number[] = [];
  for (const { move, change, inverse } of steps.toReversed()) {
    const weight = inverse * dot(move, direction);
    weights.unshift(weight);
    add(direction, change, -weight);
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.inverse * dot(last.change, last.change));
    for (let i = 0; i < direction.length; i += 1) direction[i] = scale * (direction[i] ?? 0);
  }
  steps.forEach(({ move, change, inverse }, i) => {
    add(direction, move, (weights[i] ?? 0) - inverse * dot(change, direction));
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function add(to: Float64Array, other: Float64Array, weight: number): void {
  for (let i = 0; i < to.length; i += 1) to[i] = (to[i] ?? 0) + weight * (other[i] ?? 0);
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - (b[i] ?? 0));
const length = (a: Float64Array): number => Math.sqrt(dot(a, a));
const largest = (a: Float64Array): number => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
