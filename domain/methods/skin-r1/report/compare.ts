/** The comparisons that a run is made for, and what guessing would earn. */

import type { EvaluationItem } from '../../../evaluation/item.ts';
import { controlOf } from '../../../evaluation/model-under-test.ts';
import { comparePaired } from '../../../evaluation/paired.ts';
import { type QuestionTask, questionTasks } from '../../../questions/question.ts';
import { type Key, Numbering } from '../../../rows/columns.ts';
import { countOf, filtered, isEmpty, mappedWhere, sumOf } from '../../../rows/views.ts';
import { ofStage, rivalsOf, stepsOf } from './models.ts';
import type { Comparison, EvaluatedModel, TaskBaseline } from './report.ts';

/** What the report's numbers need of an answer, and of its question: as little as may be, for there are many. */
export type ReportedItem = Pick<
  EvaluationItem,
  'source' | 'task' | 'correct' | 'letter' | 'answer' | 'predicted' | 'expected' | 'lenient'
> & {
  /** Of its question. */
  id: Key;
  group: Key;
};
export interface ReportedQuestion {
  diagnosis: string;
  options: { length: number };
}

/** Questions by the ids of their answers. */
export interface QuestionsById {
  get(id: Key): ReportedQuestion | undefined;
}

/** Answers of each model; they may be read again and again. */
export type ItemsByLabel = ReadonlyMap<string, ReportedItems>;

export interface ReportedItems extends Iterable<ReportedItem> {
  /** Those of a task, where they are found faster than by reading all. */
  ofTask?(task: QuestionTask): Iterable<ReportedItem>;
}

export const ofTask = (items: ReportedItems, task: QuestionTask): Iterable<ReportedItem> =>
  items.ofTask?.(task) ?? filtered(items, (item) => item.task === task);

/** Lets the thread do other things between two numbers: an interval of many patients takes seconds. */
export type Turn = () => Promise<void>;

/**
 * Each model on the way from the base to the final one with the next, e.g. base to SFT and SFT to final; other stages of
 * rewards to final, and each of them from its grey image, on every task that both answered.
 */
export async function compareModels(
  models: readonly EvaluatedModel[],
  final: EvaluatedModel,
  items: ItemsByLabel,
  turn: Turn,
): Promise<Comparison[]> {
  const before = [...ofStage(models, 'base').slice(0, 1), ...stepsOf(models)];
  const rivals = rivalsOf(models, final);
  const looked = new Set([...before, ...rivals, final]);
  const controls = [...looked].map((model) => [controlOf(models, model), model]);
  const way = [...before, final];
  const steps = way.slice(1).map((model, i) => [way[i], model]);
  const pairs = [...steps, ...rivals.map((rival) => [rival, final]), ...controls];
  const comparisons: Comparison[] = [];
  for (const task of questionTasks) {
    for (const [one, other] of pairs) {
      if (!one || !other || one === other) continue;
      const [first, second] = [one.label, other.label];
      const [a, b] = [ofTask(items.get(first) ?? [], task), ofTask(items.get(second) ?? [], task)];
      if (isEmpty(a) || isEmpty(b)) continue;
      comparisons.push({ task, first, second, ...comparePaired(a, b) });
      await turn();
    }
  }
  return comparisons;
}

/** Guessing among the options, and always giving the most frequent right label, on the questions that were answered. */
export function baselinesOf(items: Iterable<ReportedItem>, questions: QuestionsById): TaskBaseline[] {
  return questionTasks.flatMap((task) => {
    const own = ofTask(items, task);
    const asked = askedOf(own, questions);
    if (isEmpty(asked)) return [];
    const groups = new Numbering();
    for (const { group } of own) groups.of(group);
    return [{ task, items: countOf(own), groups: groups.count, ...guessing(own, asked) }];
  });
}

/** The questions of some answers. */
export const askedOf = (items: Iterable<{ id: Key }>, questions: QuestionsById): Iterable<ReportedQuestion> =>
  mappedWhere(items, ({ id }) => questions.get(id));

/** Of at least one question. */
export function guessing(
  items: Iterable<Pick<ReportedItem, 'expected'>>,
  asked: Iterable<ReportedQuestion>,
): Pick<TaskBaseline, 'chance' | 'majority'> {
  const counts = new Map<string, number>();
  for (const { expected } of items) counts.set(expected, (counts.get(expected) ?? 0) + 1);
  const [label, members] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  return {
    chance: sumOf(asked, ({ options }) => 1 / options.length) / countOf(asked),
    majority: { label, accuracy: members / countOf(items) },
  };
}
