/** A question as the reader of its answers knows it. */
import type { Option, QuestionTask } from '../question.ts';

/** What the reader of a question's answers has to know; `synonyms` are other exact names of the option. */
export interface AskedQuestion {
  task: QuestionTask;
  options: readonly Pick<Option, 'letter' | 'label' | 'synonyms'>[];
}
