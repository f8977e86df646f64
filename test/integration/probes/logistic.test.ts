/** The linear probe against scikit-learn's StandardScaler and LogisticRegression, on random problems. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { fitLogistic, probabilitiesOf } from '../../../domain/probes/logistic.ts';
import { type Matrix, scalingOf, standardise } from '../../../domain/probes/matrix.ts';
import { createRandom } from '../../../domain/random.ts';
import { readEnvironment } from '../../../platform/env.ts';

const program = fileURLToPath(new URL('../../support/logistic.py', import.meta.url));
/** Of probabilities: features are rounded to 32 bits here. */
const tolerance = 1e-5;

/** From a few pictures in many dimensions to many in few, classes rare and frequent, told apart easily and not at all. */
const problems = Array.from({ length: 40 }, (_, seed) => {
  const random = createRandom(`logistic/${seed}`);
  const [width, classes] = [random.int(1, 60), random.int(3, 7)];
  const count = random.int(2 * classes, 150);
  const [signal, scale] = [random.pick([0, 1, 10]), random.pick([1e-3, 1, 1e3])];
  const classOf = Array.from({ length: count }, (_, i) =>
    i < classes ? i : Math.min(random.int(0, classes - 1), random.int(0, classes - 1)),
  );
  const features = (own: number | null): number[] =>
    Array.from({ length: width }, (_, j) =>
      Math.fround(scale * (random.normal(1) + (j % classes === own ? signal : 0) + (j === 0 ? 100 : 0))),
    );
  return {
    l2: random.pick([0.1, 1, 10]),
    ...{ classes, classOf, training: classOf.map(features) },
    asked: Array.from({ length: 20 }, () => features(random.int(0, classes - 1))),
  };
});

const matrixOf = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  width: rows[0]?.length ?? 0,
  data: Float32Array.from(rows.flat()),
});

it('gives the probabilities of scikit-learn to 1e-5', async () => {
  const python = readEnvironment(process.env).trainerPython;
  const { stdout } = await execa(python, [program], { input: JSON.stringify(problems) });
  const expected = z.array(z.array(z.array(z.number()))).parse(JSON.parse(stdout));
  let furthest = 0;
  for (const [i, { training, classOf, classes, asked, l2 }] of problems.entries()) {
    const [seen, others] = [matrixOf(training), matrixOf(asked)];
    const scaling = scalingOf(seen);
    standardise(seen, scaling);
    standardise(others, scaling);
    const model = fitLogistic(seen, Int32Array.from(classOf), classes, { l2 });
    expect(model.converged).toBe(true);
    const own = probabilitiesOf(model, others);
    for (const [at, value] of (expected[i] ?? []).flat().entries()) {
      furthest = Math.max(furthest, Math.abs(value - (own[at] ?? Number.NaN)));
    }
  }
  console.log(`furthest from scikit-learn: ${furthest}`);
  expect(furthest).toBeLessThan(tolerance);
}, 120_000);
