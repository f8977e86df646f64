/** Items of a run's own evaluation in the form of those of benchmarks. */
import { type EvaluationItem, leniently } from '../../domain/evaluation/item.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';

/** What a run's own evaluation says of an item. */
export const asScored = (item: EvaluationItem): ScoredItem => ({
  ...{ id: item.id, caseId: item.caseId, group: item.group, source: item.source, attributes: {} },
  ...{ output: item.output, expected: item.expected, unreadable: item.unreadable },
  strict: { letter: item.letter, predicted: item.predicted, correct: item.correct, score: Number(item.correct) },
  lenient: {
    letter: item.lenient.letter,
    predicted: leniently(item),
    ...{ correct: item.lenient.correct, score: Number(item.lenient.correct) },
  },
  conditionCorrect: item.malignancyCorrect,
});
