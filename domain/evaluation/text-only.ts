/**
 * A rule that answers without the image, from the options' labels alone: what a score must exceed before it says
 * anything about looking.
 */
import { z } from 'zod';
import type { TaskScore } from '../contracts/evaluation.ts';
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import { type Question, questionTasks } from '../questions/question.ts';
import { accuracyInterval } from './intervals.ts';
import type { EvaluationItem } from './item.ts';
import { accuracy, macroF1 } from './metrics.ts';

/** What the rule answers to each test question: a row of a `questions` artifact. */
export const textOnlyAnswerSchema = z.strictObject({ id: z.string(), letter: z.string() });
export type TextOnlyAnswer = z.infer<typeof textOnlyAnswerSchema>;

/** Offers as many as this of the coarser estimate are added to those of a finer one. */
const strength = 4;

/** How often something was offered, and was the right answer. */
interface Count {
  offered: number;
  right: number;
}

const nothing: Count = { offered: 0, right: 0 };

/**
 * Learns from training questions of each task how often a label is right when it is offered, how that depends on whether
 * an ancestor or a descendant of it is offered beside it, and how often it is right among just these options. What
 * training did not show often is judged by what is known of it more coarsely. Of equal ones the first is taken.
 *
 * @returns from a question to the letter of an option; a task without training questions is answered by the first one
 */
export function fitTextOnly(
  training: Iterable<Question>,
  taxonomy: Taxonomy,
): (question: Pick<Question, 'task' | 'options'>) => string {
  const counts = new Map<string, Count>();
  for (const question of training) {
    for (const { letter, keys } of describeOptions(question, taxonomy)) {
      for (const key of keys) {
        const { offered, right } = counts.get(key) ?? nothing;
        counts.set(key, { offered: offered + 1, right: right + Number(letter === question.answer) });
      }
    }
  }
  const score = (keys: readonly string[]): number =>
    keys.reduce((coarser, key) => {
      const { offered, right } = counts.get(key) ?? nothing;
      return (right + strength * coarser) / (offered + strength);
    }, 0);
  return (question) => {
    const scored = describeOptions(question, taxonomy).map(({ letter, keys }) => ({ letter, score: score(keys) }));
    return scored.reduce((best, own) => (own.score > best.score ? own : best)).letter;
  };
}

/** What the rule knows of an option, from coarse to fine: its task, its place, its label there, its label among these. */
function describeOptions(
  { task, options }: Pick<Question, 'task' | 'options'>,
  taxonomy: Taxonomy,
): { letter: string; keys: string[] }[] {
  const labels = options.map((option) => option.label).toSorted();
  const among = labels.join('/');
  const isBelow = (a: string, b: string): boolean => task !== 'lesion-condition' && taxonomy.isBelow(a, b);
  return options.map(({ letter, label }) => {
    const below = labels.some((other) => isBelow(label, other));
    const above = labels.some((other) => isBelow(other, label));
    const place = `${task}/${below ? 'below' : ''}/${above ? 'above' : ''}`;
    return { letter, keys: [task, place, `${place}/${label}`, `${task}/${label} among ${among}`] };
  });
}

export type TextOnlyItem = Pick<
  EvaluationItem,
  'id' | 'group' | 'source' | 'task' | 'correct' | 'predicted' | 'expected'
>;

/** The rule's answers as items; a question without an answer is left out. */
export function textOnlyItems(questions: Iterable<Question>, answers: Iterable<TextOnlyAnswer>): TextOnlyItem[] {
  const letters = new Map([...answers].map(({ id, letter }) => [id, letter]));
  return [...questions].flatMap(({ id, group, source, task, options, answer }) => {
    const letter = letters.get(id);
    if (letter === undefined) return [];
    const labelOf = (wanted: string): string => options.find((option) => option.letter === wanted)?.label ?? wanted;
    return [
      { id, group, source, task, correct: letter === answer, predicted: labelOf(letter), expected: labelOf(answer) },
    ];
  });
}

/** The scores of each task, as those of a model whose every output can be read. */
export const scoreTextOnly = (items: readonly TextOnlyItem[]): TaskScore[] =>
  questionTasks.flatMap((task) => {
    const own = items.filter((item) => item.task === task);
    return own.length === 0 ? [] : [{ task, ...scoreOf(own), unparsed: 0 }];
  });

/** Of at least one item. */
export const scoreOf = (
  items: readonly TextOnlyItem[],
): Pick<TaskScore, 'items' | 'accuracy' | 'low' | 'high' | 'macroF1'> => ({
  items: items.length,
  accuracy: accuracy(items),
  ...accuracyInterval(items),
  macroF1: macroF1(items),
});
