/** The comparisons that a run is made for, and what guessing would earn. */
import type { EvaluationItem } from '../evaluation/item.ts';
import { comparePaired } from '../evaluation/paired.ts';
import { type QuestionTask, questionTasks } from '../questions/question.ts';
import { controlOf, ofStage, rlOnlyOf } from './models.ts';
import type { Comparison, EvaluatedModel, TaskBaseline } from './report.ts';

/** What the report's numbers need of an answer, and of its question: as little as may be, for there are many. */
export type ReportedItem = Pick<
  EvaluationItem,
  'id' | 'group' | 'source' | 'task' | 'correct' | 'letter' | 'answer' | 'predicted' | 'expected'
>;
export interface ReportedQuestion {
  diagnosis: string;
  options: { length: number };
}

export type ItemsByLabel = ReadonlyMap<string, readonly ReportedItem[]>;

const ofTask = (items: readonly ReportedItem[], task: QuestionTask): ReportedItem[] =>
  items.filter((item) => item.task === task);

/** Lets the thread do other things between two numbers: an interval of many patients takes seconds. */
export type Turn = () => Promise<void>;

/**
 * Base to SFT, SFT to final, RL-only to final, grey image to final, each on every task that both answered. A run without
 * SFT is held against its base.
 */
export async function compareModels(
  models: readonly EvaluatedModel[],
  final: EvaluatedModel,
  items: ItemsByLabel,
  turn: Turn,
): Promise<Comparison[]> {
  const [[base], [sft]] = [ofStage(models, 'base'), ofStage(models, 'sft')];
  const before = sft
    ? [
        [base, sft],
        [sft, final],
      ]
    : [[base, final]];
  const pairs = [...before, [rlOnlyOf(models, final), final], [controlOf(models, final), final]];
  const comparisons: Comparison[] = [];
  for (const task of questionTasks) {
    for (const [one, other] of pairs) {
      if (!one || !other || one === other) continue;
      const [first, second] = [one.label, other.label];
      const [a, b] = [ofTask(items.get(first) ?? [], task), ofTask(items.get(second) ?? [], task)];
      if (a.length === 0 || b.length === 0) continue;
      comparisons.push({ task, first, second, ...comparePaired(a, b) });
      await turn();
    }
  }
  return comparisons;
}

/** Guessing among the options, and always giving the most frequent right label, on the questions that were answered. */
export function baselinesOf(
  items: readonly ReportedItem[],
  questions: ReadonlyMap<string, ReportedQuestion>,
): TaskBaseline[] {
  return questionTasks.flatMap((task) => {
    const own = ofTask(items, task);
    const asked = own.flatMap(({ id }) => questions.get(id) ?? []);
    if (asked.length === 0) return [];
    return [{ task, items: own.length, groups: new Set(own.map(({ group }) => group)).size, ...guessing(own, asked) }];
  });
}

/** Of at least one question. */
export function guessing(
  items: readonly Pick<ReportedItem, 'expected'>[],
  asked: readonly ReportedQuestion[],
): Pick<TaskBaseline, 'chance' | 'majority'> {
  const labels = [...Map.groupBy(items, ({ expected }) => expected)].toSorted(([, a], [, b]) => b.length - a.length);
  const [label, members] = labels[0] ?? ['', []];
  return {
    chance: asked.reduce((sum, { options }) => sum + 1 / options.length, 0) / asked.length,
    majority: { label, accuracy: members.length / items.length },
  };
}
