/** The figures of `domain/evaluation` against SciPy, scikit-learn and statsmodels, on random and on degenerate inputs. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accuracyInterval } from '../../../domain/evaluation/intervals.ts';
import { accuracy, confusionMatrix, macroF1, type Prediction } from '../../../domain/evaluation/metrics.ts';
import { comparePaired } from '../../../domain/evaluation/paired.ts';
import { clusteredInterval, wilson as wilsonOf } from '../../../domain/evaluation/statistics/clustered.ts';
import { mcnemarExact } from '../../../domain/evaluation/statistics/mcnemar.ts';
import { createRandom, type Random } from '../../../domain/random.ts';
import { readEnvironment } from '../../../platform/env.ts';

const program = fileURLToPath(new URL('../../support/statistics.py', import.meta.url));
const tolerance = 1e-9;
const random = createRandom('statistics');
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const interval = z.tuple([z.number(), z.number()]);
const answersSchema = z.object({
  wilson: z.array(z.object({ scipy: interval, statsmodels: interval })),
  paired: z.array(z.object({ scipy: z.number(), statsmodels: z.number() })),
  classified: z.array(
    z.object({
      accuracy: z.number(),
      macroF1: z.number(),
      labels: z.array(z.string()),
      counts: z.array(z.array(z.int())),
      unparsed: z.array(z.int()),
    }),
  ),
  z: z.number(),
});

const trials = (from: Random): [number, number] => {
  const count = from.int(1, 5000);
  return [from.int(0, count), count];
};
const wilson: [successes: number, trials: number][] = [
  ...([[0, 1], [1, 1], [0, 7], [7, 7], [1, 2], [1, 100_000], [99_999, 100_000]] as [number, number][]), // biome-ignore format: a row
  ...times(200, () => trials(random)),
];

const discordant: [onlyFirst: number, onlySecond: number][] = [
  ...([[0, 0], [0, 1], [1, 0], [5, 5], [0, 2000], [40_000, 40_300], [100_000, 99_000]] as [number, number][]), // biome-ignore format: a row
  ...times(200, (i): [number, number] => [random.int(0, i), random.int(0, i)]),
  ...times(50, (): [number, number] => [random.int(2000, 2500), random.int(2000, 2500)]),
];

const names = ['nevus', 'melanoma', 'Wart', 'eczéma', 'basal cell carcinoma', 'psoriasis'];
const predictions = (from: Random): Prediction[] => {
  const labels = names.slice(0, from.int(1, names.length));
  const skill = from.float();
  return times(from.int(1, 300), () => {
    const expected = from.pick(labels);
    if (from.float() < skill) return { expected, predicted: expected };
    return { expected, predicted: from.float() < 0.2 ? null : from.pick(names) };
  });
};
const all = (expected: string, predicted: string | null): Prediction[] => times(9, () => ({ expected, predicted }));
const classified: Prediction[][] = [
  all('nevus', 'nevus'),
  all('nevus', 'melanoma'),
  all('nevus', null),
  [...all('nevus', 'nevus'), ...all('melanoma', null)],
  [{ expected: 'nevus', predicted: 'nevus' }],
  ...times(100, () => predictions(random)),
];

let answers: z.infer<typeof answersSchema>;
beforeAll(async () => {
  const input = JSON.stringify({ wilson, paired: discordant, classified });
  const { stdout } = await execa(readEnvironment(process.env).trainerPython, [program], { input });
  answers = answersSchema.parse(JSON.parse(stdout));
});

/** The largest difference, with the input that it belongs to, so that a failure can be repeated. */
function expectClose<T>(
  inputs: readonly T[],
  own: (input: T) => readonly number[],
  theirs: readonly (readonly number[])[],
) {
  expect(theirs).toHaveLength(inputs.length);
  const apart = inputs.map((input, i) => {
    const [ours, others] = [own(input), theirs[i] ?? []];
    expect(ours).toHaveLength(others.length);
    return {
      input,
      ours,
      others,
      by: Math.max(...ours.map((value, k) => Math.abs(value - (others[k] ?? Number.NaN)))),
    };
  });
  // Written so that a difference that is no number fails too.
  expect(apart.filter(({ by }) => !(by <= tolerance)).slice(0, 3)).toEqual([]);
}

describe('against SciPy, scikit-learn and statsmodels', () => {
  it('Wilson intervals', () => {
    const own = ([successes, count]: [number, number]): number[] => {
      const { low, high } = wilsonOf(successes / count, count, 1.959963984540054);
      return [low, high];
    };
    expectClose(wilson, own, answers.wilson.map(({ scipy }) => scipy)); // biome-ignore format: a row
    expectClose(wilson, own, answers.wilson.map(({ statsmodels }) => statsmodels)); // biome-ignore format: a row
  });

  it('McNemar’s exact test', () => {
    const own = ([b, c]: [number, number]): number[] => [mcnemarExact(b, c)];
    expectClose(discordant, own, answers.paired.map(({ statsmodels }) => [statsmodels])); // biome-ignore format: a row
    expectClose(discordant, own, answers.paired.map(({ scipy }) => [scipy])); // biome-ignore format: a row
  });

  it('accuracy and macro-F1', () =>
    expectClose(
      classified,
      (each) => [accuracy(each), macroF1(each)],
      answers.classified.map((each) => [each.accuracy, each.macroF1]),
    ));

  it('the confusion matrix, whatever the order of its labels', () => {
    const cells = ({ labels, counts, unparsed }: ReturnType<typeof confusionMatrix>): string[] =>
      labels
        .flatMap((expected, i) => [
          ...labels.map((predicted, j) => `${expected} as ${predicted}: ${counts[i]?.[j]}`),
          `${expected} unread: ${unparsed[i]}`,
        ])
        .toSorted();
    for (const [i, each] of classified.entries()) {
      const theirs = answers.classified[i];
      expect(cells(confusionMatrix(each))).toEqual(theirs && cells(theirs));
    }
  });
});

describe('paired comparisons', () => {
  it('have the difference of both accuracies, its interval and the test of its discordant pairs', () => {
    for (const i of times(30, (each) => each)) {
      const from = createRandom(`pairs/${i}`);
      const outcomes = (skill: number) =>
        times(60, (k) => ({ id: `q${k}`, group: `p${k % 17}`, correct: from.float() < skill }));
      const [first, second] = [outcomes(0.4), outcomes(0.6)];
      const right = (of: typeof first): number => of.filter(({ correct }) => correct).length / of.length;
      const values = second.map(({ group, correct }, k) => ({
        group,
        value: Number(correct) - Number(first[k]?.correct),
      }));
      const result = comparePaired(first, second);
      expect(result.difference).toBeCloseTo(right(second) - right(first), 12);
      expect(result.p).toBe(mcnemarExact(result.onlyFirst, result.onlySecond));
      // `clusteredInterval` is held against SciPy in grouped-statistics.test.ts.
      expect({ low: result.low, high: result.high }).toEqual(clusteredInterval(values, { least: -1, most: 1 }));
    }
  });
});

describe('without items', () => {
  it('an empty list has accuracy and F1 of 0, no labels, and an interval of all that is possible', () => {
    expect([accuracy([]), macroF1([])]).toEqual([0, 0]);
    expect(confusionMatrix([])).toEqual({ labels: [], counts: [], unparsed: [] });
    expect(accuracyInterval([])).toEqual({ low: 0, high: 1 });
  });
});
