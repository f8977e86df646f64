/** `summary.json` of an `evaluation` artifact: scores and confusion of each task. */
import { z } from 'zod';
import type { LenientScore, TaskScore } from '../contracts/evaluation.ts';
import { unreadableForms } from '../questions/extract.ts';
import { questionTasks } from '../questions/question.ts';
import type { Key } from '../rows/columns.ts';
import { countOf, filtered, mapped } from '../rows/views.ts';
import { accuracyInterval } from './intervals.ts';
import { type EvaluationItem, leniently } from './item.ts';
import { accuracy, confusionMatrix, macroF1, shareOf } from './metrics.ts';

const share = z.number().min(0).max(1);

/** By the lenient reader; `unparsed` is the share of outputs that it cannot read either. */
export const lenientSchema = z.strictObject({
  accuracy: share,
  unparsed: share,
  low: share.exactOptional(),
  high: share.exactOptional(),
  macroF1: share.exactOptional(),
}) satisfies z.ZodType<LenientScore>;

export const taskScoreSchema = z.strictObject({
  task: z.enum(questionTasks),
  items: z.int().nonnegative(),
  accuracy: share,
  low: share,
  high: share,
  macroF1: share,
  unparsed: share,
  lenient: lenientSchema.exactOptional(),
}) satisfies z.ZodType<TaskScore>;

export const taskSummarySchema = taskScoreSchema.extend({
  /** Share of outputs in the form of Eq. 6. */
  format: share,
  lenient: lenientSchema,
  /** Outputs that the strict reader could not read, by their form, the most frequent first. */
  unreadable: z.array(z.strictObject({ form: z.enum(unreadableForms), count: z.int().positive() })),
  confusion: z.strictObject({
    labels: z.array(z.string()),
    counts: z.array(z.array(z.int())),
    unparsed: z.array(z.int()),
  }),
});
export type TaskSummary = z.infer<typeof taskSummarySchema>;

export const evaluationSummarySchema = z.strictObject({
  /** Optimiser step of the evaluated checkpoint; null for the base model. */
  step: z.int().nullable(),
  image: z.enum(['real', 'grey']),
  tasks: z.array(taskSummarySchema),
});
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;

/** What a summary is counted from. */
export type SummarisedItem = Pick<
  EvaluationItem,
  'task' | 'correct' | 'format' | 'letter' | 'lenient' | 'unreadable' | 'predicted' | 'expected'
> & { group: Key };

/** Tasks in the order of `questionTasks`; a task without items is left out. The items are read several times. */
export function summariseItems(items: Iterable<SummarisedItem>): TaskSummary[] {
  return questionTasks.flatMap((task) => {
    const own = filtered(items, (item) => item.task === task);
    const count = countOf(own);
    if (count === 0) return [];
    return [
      {
        task,
        items: count,
        accuracy: accuracy(own),
        ...accuracyInterval(own),
        macroF1: macroF1(own),
        unparsed: shareOf(own, (item) => item.letter === null),
        format: shareOf(own, (item) => item.format),
        lenient: lenientScore(own),
        unreadable: countForms(own),
        confusion: confusionMatrix(own),
      },
    ];
  });
}

function lenientScore(items: Iterable<SummarisedItem>): LenientScore {
  const read = mapped(items, (item) => ({ ...item, correct: item.lenient.correct, predicted: leniently(item) }));
  return {
    accuracy: shareOf(read, ({ correct }) => correct),
    ...accuracyInterval(read),
    macroF1: macroF1(read),
    unparsed: shareOf(read, ({ predicted }) => predicted === null),
  };
}

const countForms = (items: Iterable<SummarisedItem>): TaskSummary['unreadable'] =>
  unreadableForms
    .map((form) => ({ form, count: countOf(items, ({ unreadable }) => unreadable === form) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);

/** The numbers that fit into a workflow payload. */
export const scoresOf = (tasks: readonly TaskSummary[]): TaskScore[] =>
  tasks.map(({ task, items, accuracy, low, high, macroF1, unparsed, lenient }) => ({
    ...{ task, items, accuracy, low, high, macroF1, unparsed, lenient },
  }));
