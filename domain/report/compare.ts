/** The comparisons that a run is made for, and what guessing would earn. */
import type { EvaluationItem } from '../evaluation/item.ts';
import { comparePaired } from '../evaluation/paired.ts';
import { type Question, type QuestionTask, questionTasks } from '../questions/question.ts';
import { controlOf, finalModel, ofStage, rlOnlyOf } from './models.ts';
import type { Comparison, EvaluatedModel, TaskBaseline } from './report.ts';

export type ItemsByLabel = ReadonlyMap<string, readonly EvaluationItem[]>;

const ofTask = (items: readonly EvaluationItem[], task: QuestionTask): EvaluationItem[] =>
  items.filter((item) => item.task === task);

/**
 * Base to SFT, SFT to final, RL-only to final, grey image to final, each on every task that both answered. A run without
 * SFT is held against its base.
 */
export function compareModels(models: readonly EvaluatedModel[], items: ItemsByLabel): Comparison[] {
  const final = finalModel(models);
  const [[base], [sft]] = [ofStage(models, 'base'), ofStage(models, 'sft')];
  const before = sft
    ? [
        [base, sft],
        [sft, final],
      ]
    : [[base, final]];
  const pairs = [...before, [rlOnlyOf(models, final), final], [controlOf(models, final), final]];
  return questionTasks.flatMap((task) =>
    pairs.flatMap(([one, other]) => {
      if (!one || !other || one === other) return [];
      const [first, second] = [one.label, other.label];
      const [a, b] = [ofTask(items.get(first) ?? [], task), ofTask(items.get(second) ?? [], task)];
      if (a.length === 0 || b.length === 0) return [];
      return [{ task, first, second, ...comparePaired(a, b) }];
    }),
  );
}

/** Guessing among the options, and always giving the most frequent right label, on the questions that were answered. */
export function baselinesOf(
  items: readonly EvaluationItem[],
  questions: ReadonlyMap<string, Question>,
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
  items: readonly Pick<EvaluationItem, 'expected'>[],
  asked: readonly Question[],
): Pick<TaskBaseline, 'chance' | 'majority'> {
  const labels = [...Map.groupBy(items, ({ expected }) => expected)].toSorted(([, a], [, b]) => b.length - a.length);
  const [label, members] = labels[0] ?? ['', []];
  return {
    chance: asked.reduce((sum, { options }) => sum + 1 / options.length, 0) / asked.length,
    majority: { label, accuracy: members.length / items.length },
  };
}
