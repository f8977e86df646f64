/**
 * A rule that answers without the image, from the options' labels alone: what a score must exceed before it says
 * anything about looking.
 */
import { z } from 'zod';
import type { TaskScore } from '../contracts/evaluation.ts';
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import { type Question, questionTasks } from '../questions/question.ts';
import type { Key } from '../rows/columns.ts';
import { countOf, filtered } from '../rows/views.ts';
import { accuracyInterval } from './intervals.ts';
import type { EvaluationItem } from './item.ts';
import { accuracy, macroF1 } from './metrics.ts';

/** What the rule answers to each test question: a row of a `questions` artifact. */
export const textOnlyAnswerSchema = z.strictObject({ id: z.string(), letter: z.string() });

/** Offers as many as this of the coarser estimate are added to those of a finer one. */
const strength = 4;

/** How often something was offered, and was the right answer. */
export interface OfferCount {
  offered: number;
  right: number;
}

/** How often what is named by a key was offered and right; the keys may be more than memory holds. */
export interface OfferCounts {
  add(key: string, right: boolean): void;
  /** Not before all were added. */
  get(key: string): OfferCount;
}

function countInMemory(): OfferCounts {
  const counts = new Map<string, OfferCount>();
  const get = (key: string): OfferCount => counts.get(key) ?? { offered: 0, right: 0 };
  return {
    add: (key, isRight) => {
      const { offered, right } = get(key);
      counts.set(key, { offered: offered + 1, right: right + Number(isRight) });
    },
    get,
  };
}

/** Learns from training questions, then answers others. */
interface TextOnlyRule {
  learn(question: Question): void;
  /** Letter of an option; a task without training questions is answered by the first one. */
  answer(question: Pick<Question, 'task' | 'options'>): string;
}

/**
 * Learns from training questions of each task how often a label is right when it is offered, how that depends on whether
 * an ancestor or a descendant of it is offered beside it, and how often it is right among just these options. What
 * training did not show often is judged by what is known of it more coarsely. Of equal ones the first is taken.
 *
 * @param among for how often a label is right among just the options of a question: there are many
 */
export function createTextOnlyRule(taxonomy: Taxonomy, among: OfferCounts): TextOnlyRule {
  const coarse = countInMemory();
  const scoreOf = ({ keys, own }: DescribedOption): number =>
    [...keys.map(coarse.get), among.get(own)].reduce(
      (coarser, { offered, right }) => (right + strength * coarser) / (offered + strength),
      0,
    );
  return {
    learn: (question) => {
      for (const { letter, keys, own } of describeOptions(question, taxonomy)) {
        const isRight = letter === question.answer;
        for (const key of keys) coarse.add(key, isRight);
        among.add(own, isRight);
      }
    },
    answer: (question) => {
      const scored = describeOptions(question, taxonomy).map((option) => ({ ...option, score: scoreOf(option) }));
      return scored.reduce((best, own) => (own.score > best.score ? own : best)).letter;
    },
  };
}

/** The rule of a few training questions, from a question to a letter. */
export function fitTextOnly(training: Iterable<Question>, taxonomy: Taxonomy): TextOnlyRule['answer'] {
  const rule = createTextOnlyRule(taxonomy, countInMemory());
  for (const question of training) rule.learn(question);
  return rule.answer;
}

interface DescribedOption {
  letter: string;
  /** Its task, its place, its label there. */
  keys: string[];
  /** Its label among these options. */
  own: string;
}

/** What the rule knows of an option, from coarse to fine: its task, its place, its label there, its label among these. */
function describeOptions({ task, options }: Pick<Question, 'task' | 'options'>, taxonomy: Taxonomy): DescribedOption[] {
  const labels = options.map((option) => option.label).toSorted();
  const among = labels.join('/');
  const isBelow = (a: string, b: string): boolean => task !== 'lesion-condition' && taxonomy.isBelow(a, b);
  return options.map(({ letter, label }) => {
    const below = labels.some((other) => isBelow(label, other));
    const above = labels.some((other) => isBelow(other, label));
    const place = `${task}/${below ? 'below' : ''}/${above ? 'above' : ''}`;
    return { letter, keys: [task, place, `${place}/${label}`], own: `${task}/${label} among ${among}` };
  });
}

export type TextOnlyItem = Pick<EvaluationItem, 'source' | 'task' | 'correct' | 'predicted' | 'expected'> & {
  id: Key;
  group: Key;
};

/** What scores are counted from. */
type GradedItem = Pick<TextOnlyItem, 'group' | 'correct' | 'predicted' | 'expected'>;

/** The rule's answer to a question as an item. */
export function textOnlyItem(
  { id, group, source, task, options, answer }: Question,
  letter: string,
): TextOnlyItem & { id: string; group: string } {
  const labelOf = (wanted: string): string => options.find((option) => option.letter === wanted)?.label ?? wanted;
  return { id, group, source, task, correct: letter === answer, predicted: labelOf(letter), expected: labelOf(answer) };
}

/** The scores of each task, as those of a model whose every output can be read. */
export const scoreTextOnly = (items: Iterable<GradedItem & Pick<TextOnlyItem, 'task'>>): TaskScore[] =>
  questionTasks.flatMap((task) => {
    const own = filtered(items, (item) => item.task === task);
    return countOf(own) === 0 ? [] : [{ task, ...scoreOf(own), unparsed: 0 }];
  });

/** Of at least one item. */
export const scoreOf = (
  items: Iterable<GradedItem>,
): Pick<TaskScore, 'items' | 'accuracy' | 'low' | 'high' | 'macroF1'> => ({
  items: countOf(items),
  accuracy: accuracy(items),
  ...accuracyInterval(items),
  macroF1: macroF1(items),
});
