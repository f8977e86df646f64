/** 95 % confidence intervals. Items of one patient are not independent, so patients are what is counted. */
import type { Key } from '../rows/columns.ts';
import { mapped } from '../rows/views.ts';
import { clusteredInterval, type Interval } from './statistics/clustered.ts';

export type { GroupedValue, Interval } from './statistics/clustered.ts';

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
