/** 95 % confidence intervals. Items of one patient are not independent, so patients are what is counted. */
import type { Key } from '../rows/columns.ts';
import { mapped } from '../rows/views.ts';
import { clusteredInterval, type Interval, wilson } from './statistics/clustered.ts';

export type { GroupedValue, Interval } from './statistics/clustered.ts';

/** 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

/** Wilson score interval (Wilson 1927) of a binomial proportion; `[0, 1]` without trials. */
export const wilsonInterval = (successes: number, trials: number): Interval =>
  trials === 0 ? { low: 0, high: 1 } : wilson(successes / trials, trials, z);

export interface Outcome {
  id: Key;
  group: Key;
  correct: boolean;
}

/** Interval of an accuracy; `[0, 1]` without items, or with those of one patient. */
export const accuracyInterval = (outcomes: Iterable<Omit<Outcome, 'id'>>): Interval =>
  clusteredInterval(
    mapped(outcomes, ({ group, correct }) => ({ group, value: correct ? 1 : 0 })),
    { least: 0, most: 1 },
  );
