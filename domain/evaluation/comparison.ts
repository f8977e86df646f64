/** Two evaluations of one benchmark: whether they differ, where, and the items whose answers changed. */
import type { ReaderName, ScoredItem } from './scored.ts';
import type { GroupedValue } from './statistics/clustered.ts';
import { holm } from './statistics/mcnemar.ts';
import { type ScoreTest, testScores } from './statistics/paired-scores.ts';

/** `gained`, `lost`: the score rose or fell. `other answer`: as wrong or right as before, by another answer. */
type Change = 'gained' | 'lost' | 'other answer' | 'other text';

export interface ChangedItem {
  id: string;
  source: string;
  group: string;
  expected: string;
  change: Change;
  first: Pick<ScoredItem, 'output'> & ScoredItem[ReaderName];
  second: Pick<ScoredItem, 'output'> & ScoredItem[ReaderName];
}

interface SetTest extends ScoreTest {
  source: string;
  /** Corrected by Holm's method for the number of sets. */
  correctedP: number;
}

export interface EvaluationComparison {
  reader: ReaderName;
  /** Items that only one of the two has; the others are compared. */
  onlyFirst: number;
  onlySecond: number;
  all: ScoreTest;
  /** In the order in which they first occur. */
  sets: SetTest[];
  /** Items with another output: those that lost, gained, answer otherwise, in the order of the first evaluation. */
  changed: ChangedItem[];
}

/** Throws a RangeError where the two share no item. */
export function compareEvaluations(
  first: readonly ScoredItem[],
  second: readonly ScoredItem[],
  reader: ReaderName = 'strict',
): EvaluationComparison {
  const byId = new Map(second.map((item) => [item.id, item]));
  const pairs = first.flatMap((a) => {
    const b = byId.get(a.id);
    return b ? [{ a, b }] : [];
  });
  if (pairs.length === 0) throw new RangeError('the two evaluations share no item');
  const sets = [...Map.groupBy(pairs, ({ a }) => a.source)].map(([source, own]) => ({
    source,
    ...testScores(differencesOf(own, reader)),
  }));
  const corrected = holm(sets.map(({ p }) => p));
  return {
    reader,
    onlyFirst: first.length - pairs.length,
    onlySecond: second.length - pairs.length,
    all: testScores(differencesOf(pairs, reader)),
    sets: sets.map((set, i) => ({ ...set, correctedP: corrected[i] ?? 1 })),
    changed: changedItems(pairs, reader),
  };
}

interface Pair {
  a: ScoredItem;
  b: ScoredItem;
}

const differencesOf = (pairs: readonly Pair[], reader: ReaderName): GroupedValue[] =>
  pairs.map(({ a, b }) => ({ group: a.group, value: b[reader].score - a[reader].score }));

const changes: readonly Change[] = ['lost', 'gained', 'other answer', 'other text'];

function changedItems(pairs: readonly Pair[], reader: ReaderName): ChangedItem[] {
  const found = pairs
    .filter(({ a, b }) => a.output !== b.output)
    .map(
      ({ a, b }): ChangedItem => ({
        id: a.id,
        source: a.source,
        group: a.group,
        expected: a.expected,
        change: changeOf(a[reader], b[reader]),
        first: { output: a.output, ...a[reader] },
        second: { output: b.output, ...b[reader] },
      }),
    );
  return changes.flatMap((change) => found.filter((item) => item.change === change));
}

function changeOf(a: ScoredItem[ReaderName], b: ScoredItem[ReaderName]): Change {
  if (b.score !== a.score) return b.score > a.score ? 'gained' : 'lost';
  return a.predicted === b.predicted ? 'other text' : 'other answer';
}

interface NamedEvaluation {
  name: string;
  items: readonly ScoredItem[];
}

export interface ModelPair {
  first: string;
  second: string;
  test: ScoreTest;
  /** Corrected by Holm's method for all pairs that were compared. */
  correctedP: number;
}

/** Every model against every later one on the items that both have; pairs without a common item are left out. */
export function compareAll(evaluations: readonly NamedEvaluation[], reader: ReaderName = 'strict'): ModelPair[] {
  const pairs = evaluations.flatMap((first, i) =>
    evaluations.slice(i + 1).flatMap((second) => {
      const ids = new Map(second.items.map((item) => [item.id, item]));
      const common = first.items.flatMap((a) => {
        const b = ids.get(a.id);
        return b ? [{ a, b }] : [];
      });
      return common.length === 0
        ? []
        : [{ first: first.name, second: second.name, test: testScores(differencesOf(common, reader)) }];
    }),
  );
  const corrected = holm(pairs.map(({ test }) => test.p));
  return pairs.map((pair, i) => ({ ...pair, correctedP: corrected[i] ?? 1 }));
}
