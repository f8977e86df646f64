/** Whether the paper's relations between its models hold on the data at hand. */
import { compareEvaluations } from '../evaluation/comparison.ts';
import type { ScoredItem } from '../evaluation/scored.ts';
import { holm } from '../evaluation/statistics/mcnemar.ts';
import type { ScoreTest } from '../evaluation/statistics/paired-scores.ts';
import { type Relation, relations } from './headlines.ts';

export interface CheckedRelation extends Relation {
  /** Of the better one less the other; null where one of the two was not measured. */
  test: ScoreTest | null;
  /** Corrected by Holm's method for all relations that were tested; null as above. */
  correctedP: number | null;
  standing: 'shown' | 'not shown' | 'the opposite is shown' | 'not measured';
}

const level = 0.05;

/** @param itemsOf the scored items of a stage's model; RL alone and GRPO at equal steps (A22); null: not measured */
export function checkRelations(
  itemsOf: (stage: Relation['better'], benchmark: string) => readonly ScoredItem[] | null,
): CheckedRelation[] {
  const tests = relations.map(({ better, than, benchmark }) => {
    const [one, other] = [itemsOf(better, benchmark), itemsOf(than, benchmark)];
    return one && other ? compareEvaluations(other, one).all : null;
  });
  const corrected = holm(tests.flatMap((test) => (test ? [test.p] : [])));
  let next = 0;
  return relations.map((relation, i) => {
    const test = tests[i] ?? null;
    const correctedP = test ? (corrected[next++] ?? 1) : null;
    return { ...relation, test, correctedP, standing: standingOf(test, correctedP) };
  });
}

function standingOf(test: ScoreTest | null, correctedP: number | null): CheckedRelation['standing'] {
  if (!test || correctedP === null) return 'not measured';
  if (correctedP >= level) return 'not shown';
  return test.difference > 0 ? 'shown' : 'the opposite is shown';
}
