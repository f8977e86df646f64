/** Results of other evaluation tools, item by item, so that they can be shown beside ours. */
import type { ScoredItem } from '../../evaluation/scored.ts';

export interface ForeignItem {
  /** As the tool numbers it. */
  id: string;
  /** The tool's task, or the category of the item in it. */
  source: string;
  output: string;
  expected: string;
  /** 0 to 1; null where the tool gave none: that is no wrong answer, and is counted apart. */
  score: number | null;
}

export interface ForeignEvaluation {
  tool: 'lmms-eval' | 'VLMEvalKit';
  task: string;
  items: ForeignItem[];
}

/**
 * Items with a score as scored ones; the tool read them, so both readers say the same. It knows no patients: each item
 * stands for itself, and intervals are narrower than they should be where items share one.
 */
export const foreignAsScoredItems = ({ items }: ForeignEvaluation): ScoredItem[] =>
  items.flatMap(({ id, source, output, expected, score }) => {
    if (score === null) return [];
    const reading = { letter: null, predicted: score === 1 ? expected : null, correct: score === 1, score };
    return [
      {
        ...{ id, caseId: id, group: id, source, attributes: {}, output, expected },
        ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
      },
    ];
  });
