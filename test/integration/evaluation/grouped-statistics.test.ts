/** The figures of `domain/evaluation/statistics` against SciPy, scikit-learn, statsmodels and plain matrices. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calibrationOf } from '../../../domain/evaluation/statistics/calibration.ts';
import {
  clusteredInterval,
  clusteredMean,
  type GroupedValue,
} from '../../../domain/evaluation/statistics/clustered.ts';
import { type GroupedPrediction, macroF1Interval } from '../../../domain/evaluation/statistics/macro-f1.ts';
import { groupSignTest, holm } from '../../../domain/evaluation/statistics/mcnemar.ts';
import { minimumDetectable } from '../../../domain/evaluation/statistics/power.ts';
import { tQuantile, tTwoSided } from '../../../domain/evaluation/statistics/student-t.ts';
import { createRandom, type Random } from '../../../domain/random.ts';
import { readEnvironment } from '../../../platform/env.ts';

const program = fileURLToPath(new URL('../../support/grouped_statistics.py', import.meta.url));
const tolerance = 1e-9;
const random = createRandom('grouped statistics');
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const student: [t: number, df: number, probability: number][] = times(300, (i) => [
  random.normal(i % 3 === 0 ? 30 : 2),
  i % 4 === 0 ? random.int(1, 9) : random.between(1, 10 ** random.int(1, 5)),
  i % 5 === 0 ? 0.975 : random.between(0.0001, 0.9999),
]);
const power: [error: number, df: number, level: number, power: number][] = times(50, () => [
  random.between(0.001, 0.1),
  random.between(1, 500),
  random.pick([0.05, 0.01]),
  random.pick([0.8, 0.9]),
]);

/** Groups of different sizes whose items go together more or less. */
function grouped(from: Random, values: readonly number[], most: number): GroupedValue[] {
  const together = from.float();
  return times(from.int(2, 25), (i) => {
    const common = from.pick(values);
    return times(from.int(most === 1 ? 3 : 1, most === 1 ? 3 : most), () => ({
      group: `patient ${i}`,
      value: from.float() < together ? common : from.pick(values),
    }));
  }).flat();
}
const spread = ({ values }: { values: GroupedValue[] }): boolean => new Set(values.map(({ value }) => value)).size > 1;
const clustered = [
  ...times(30, () => ({ values: grouped(random, [0, 1], 9), bounds: [0, 1] })),
  ...times(30, () => ({ values: grouped(random, [-1, 0, 1], 9), bounds: [-1, 1] })),
  ...times(20, () => ({ values: grouped(random, [0, 0.25, 0.4, 1], 9), bounds: [0, 1] })),
  ...times(20, () => ({ values: grouped(random, [0, 1], 1), bounds: [0, 1], equal: true })),
].filter(spread);

const labels = ['nevus', 'melanoma', 'eczéma', 'wart'];
const classified: GroupedPrediction[][] = times(40, (i) =>
  times(random.int(20, 120), () => {
    const expected = random.pick(labels.slice(0, 2 + (i % 3)));
    const other = random.float() < 0.2 ? null : random.pick(labels);
    return { group: `p${random.int(0, 3 + i)}`, expected, predicted: random.float() < 0.6 ? expected : other };
  }),
);
const signs = times(40, (i) => times(2 + (i % 9), () => random.int(-4, 4)));
const discordant: [number, number][] = times(100, (i) => [random.int(0, i), random.int(i === 0 ? 1 : 0, 2 + i)]);
const ps = times(30, (i) => times(1 + (i % 12), () => random.float() ** 3));
const calibration = times(30, (i) =>
  times(random.int(1, 200), () => {
    const confidence = i % 3 === 0 ? random.int(0, 15) / 15 : random.float();
    return { confidence, correct: random.float() < confidence };
  }),
);

const answersSchema = z.object({
  student: z.array(z.object({ two: z.number(), quantile: z.number() })),
  power: z.array(z.number()),
  clustered: z.array(
    z.object({ error: z.number(), df: z.number(), interval: z.tuple([z.number(), z.number()]), cr1: z.number() }),
  ),
  macroF1: z.array(z.object({ value: z.number(), error: z.number() })),
  signs: z.array(z.number()),
  midP: z.array(z.number()),
  holm: z.array(z.array(z.number())),
  calibration: z.array(z.object({ brier: z.number(), ece: z.number() })),
});
let answers: z.infer<typeof answersSchema>;
beforeAll(async () => {
  const input = JSON.stringify({ student, power, clustered, classified, signs, discordant, ps, calibration });
  const { stdout } = await execa(readEnvironment(process.env).trainerPython, [program], { input });
  answers = answersSchema.parse(JSON.parse(stdout));
});

/** Relative to what is larger than 1; inputs that are apart are shown, so that a failure can be repeated. */
function expectClose<T, A>(
  inputs: readonly T[],
  theirs: readonly A[],
  own: (input: T) => readonly number[],
  their: (answer: A) => readonly number[],
): void {
  expect(theirs).toHaveLength(inputs.length);
  const apart = inputs.flatMap((input, i) => {
    const answer = theirs[i];
    if (answer === undefined) return [{ input }];
    const [ours, others] = [own(input), their(answer)];
    const isClose = (value: number, k: number): boolean => {
      const other = others[k] ?? Number.NaN;
      return Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(other));
    };
    return ours.length === others.length && ours.every(isClose) ? [] : [{ input, ours, others }];
  });
  expect(apart.slice(0, 3)).toEqual([]);
}

describe('against SciPy, scikit-learn, statsmodels and plain matrices', () => {
  it('Student’s t: two tails, quantiles', () =>
    expectClose(
      student,
      answers.student,
      ([t, df, probability]) => [tTwoSided(t, df), tQuantile(probability, df)],
      ({ two, quantile }) => [two, quantile],
    ));

  it('the least difference that can be found', () =>
    expectClose(
      power,
      answers.power,
      ([standardError, df, level, wanted]) => [minimumDetectable({ standardError, df }, { level, power: wanted })],
      (least) => [least],
    ));

  it('standard errors by groups (CR2), their degrees of freedom, and the interval', () =>
    expectClose(
      clustered,
      answers.clustered,
      ({ values, bounds: [least = 0, most = 1] }) => {
        const { standardError, df } = clusteredMean(values);
        const { low, high } = clusteredInterval(values, { least, most });
        return [standardError, df, low, high];
      },
      ({ error, df, interval }) => [error, df, ...interval],
    ));

  it('of groups of equal size, statsmodels’ cluster-robust standard error', () => {
    const equal = clustered.map((sample, i) => [sample, answers.clustered[i]] as const).filter(([s]) => 'equal' in s);
    expect(equal.length).toBeGreaterThan(10);
    expectClose(
      equal.map(([sample]) => sample),
      equal.map(([, answer]) => answer),
      ({ values }) => [clusteredMean(values).standardError],
      (answer) => [answer?.cr1 ?? Number.NaN],
    );
  });

  it('macro-F1 and its jackknife by groups', () =>
    expectClose(
      classified,
      answers.macroF1,
      (predictions) => {
        const { value, standardError } = macroF1Interval(predictions);
        return [value, standardError];
      },
      ({ value, error }) => [value, error],
    ));

  it('the exact test by groups, McNemar’s mid-p, Holm’s correction', () => {
    const one = (p: number): number[] => [p];
    const pairs = (b: number, c: number): number[] => [...new Array(b).fill(-1), ...new Array(c).fill(1)];
    expectClose(signs, answers.signs, (differences) => one(groupSignTest(differences).p), one);
    expectClose(discordant, answers.midP, ([b, c]) => one(groupSignTest(pairs(b, c)).midP), one);
    expectClose(ps, answers.holm, holm, (corrected) => corrected);
  });

  it('calibration: Brier score and expected calibration error', () =>
    expectClose(
      calibration,
      answers.calibration,
      (own) => {
        const { brier, ece } = calibrationOf(own);
        return [brier, ece];
      },
      ({ brier, ece }) => [brier, ece],
    ));
});
