/** One answered test question: a line of `items.jsonl` in an `evaluation` artifact. */
import { z } from 'zod';
import { malignancySchema } from '../knowledge/malignancy.ts';
import { extractAnswer, extractLeniently, unreadableForms } from '../questions/extract.ts';
import { type Question, questionTasks } from '../questions/question.ts';

export const evaluationItemSchema = z.strictObject({
  /** Id of the question; the same in every evaluation of a question set, so that two can be paired. */
  id: z.string(),
  caseId: z.string(),
  /** Patient or lesion: items of one are not independent. */
  group: z.string(),
  source: z.string(),
  task: z.enum(questionTasks),
  output: z.string(),
  /** Whether the output has the form of Eq. 6. */
  format: z.boolean(),
  /** Letter that was read from the output, null where none could be; and the right one. */
  letter: z.string().nullable(),
  answer: z.string(),
  correct: z.boolean(),
  /** Why no letter was read; null where one was. */
  unreadable: z.enum(unreadableForms).nullable(),
  /** The same output by the lenient reader, which needs no tags. */
  lenient: z.strictObject({
    letter: z.string().nullable(),
    correct: z.boolean(),
    /** Label of the chosen option; absent in evaluations of before `evaluate/7`. */
    predicted: z.string().nullable().exactOptional(),
  }),
  /** Labels of the chosen and of the right option. */
  predicted: z.string().nullable(),
  expected: z.string(),
  /** Whether the stated lesion condition is the case's; null where none was stated. */
  malignancyCorrect: z.boolean().nullable(),
  malignancy: malignancySchema,
});
export type EvaluationItem = z.infer<typeof evaluationItemSchema>;

/** What the lenient reader found: the option's label, its letter in evaluations that did not keep the label; null for nothing. */
export const leniently = ({ lenient, expected }: Pick<EvaluationItem, 'lenient' | 'expected'>): string | null =>
  lenient.predicted ?? (lenient.correct ? expected : lenient.letter);

/** Judges an output by the strict reader, as rewards do, and by the lenient one beside it. A lesion-condition question has the conditions as its options. */
export function judgeOutput(question: Question, output: string): EvaluationItem {
  const { format, letter, malignancy, unreadable } = extractAnswer(output, question);
  const lenient = extractLeniently(output, question);
  const labelOf = (wanted: string | null): string | null =>
    question.options.find((option) => option.letter === wanted)?.label ?? null;
  return {
    id: question.id,
    caseId: question.caseId,
    group: question.group,
    source: question.source,
    task: question.task,
    output,
    format,
    letter,
    answer: question.answer,
    correct: letter === question.answer,
    unreadable,
    lenient: {
      letter: lenient.letter,
      correct: lenient.letter === question.answer,
      predicted: labelOf(lenient.letter),
    },
    predicted: labelOf(letter),
    expected: labelOf(question.answer) ?? question.answer,
    malignancyCorrect: malignancy === null ? null : malignancy === question.malignancy,
    malignancy: question.malignancy,
  };
}
