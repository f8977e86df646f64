/** The models of a run against the rule that answers from the options' labels alone. */

import { controlOf } from '../../../evaluation/model-under-test.ts';
import { comparePaired } from '../../../evaluation/paired.ts';
import { scoreOf, type TextOnlyItem } from '../../../evaluation/text-only.ts';
import type { QuestionTask } from '../../../questions/question.ts';
import { type Key, Numbering } from '../../../rows/columns.ts';
import { countOf, filtered, isEmpty, mappedWhere } from '../../../rows/views.ts';
import { askedOf, guessing, type ItemsByLabel, ofTask, type QuestionsById, type Turn } from './compare.ts';
import type { EvaluatedModel, Standing, TaskBaseline, TextOnlyBaseline } from './report.ts';

interface TextOnlySources {
  models: readonly EvaluatedModel[];
  final: EvaluatedModel;
  items: ItemsByLabel;
  questions: QuestionsById;
  /** The rule's answers to the test questions, by their ids; empty where there are none. */
  rule: { get(id: Key): TextOnlyItem | undefined };
  turn: Turn;
}

/** Adds the rule to the baselines, on the questions that the final model was asked. */
export async function withTextOnly(
  baselines: readonly TaskBaseline[],
  sources: TextOnlySources,
): Promise<TaskBaseline[]> {
  const { final, items, rule } = sources;
  const described: TaskBaseline[] = [];
  for (const baseline of baselines) {
    const own = mappedWhere(ofTask(items.get(final.label) ?? [], baseline.task), ({ id }) => rule.get(id));
    described.push(isEmpty(own) ? baseline : { ...baseline, textOnly: await describe(own, baseline.task, sources) });
  }
  return described;
}

async function describe(
  rule: Iterable<TextOnlyItem>,
  task: QuestionTask,
  sources: TextOnlySources,
): Promise<TextOnlyBaseline> {
  const { models, final, questions, turn } = sources;
  const control = controlOf(models, final);
  const shown = [final, ...(control ? [control] : [])];
  const named = new Set<string>();
  for (const { source } of rule) named.add(source);
  const sets: TextOnlyBaseline['sets'] = [];
  for (const source of [...named].toSorted()) {
    const own = filtered(rule, (item) => item.source === source);
    await turn();
    sets.push({
      source,
      items: countOf(own),
      ...guessing(own, askedOf(own, questions)),
      ...numbers(own),
      models: await standings(own, task, shown, sources),
    });
  }
  await turn();
  return { ...numbers(rule), models: await standings(rule, task, models, sources), sets };
}

function numbers(items: Iterable<TextOnlyItem>): Omit<TextOnlyBaseline, 'models' | 'sets'> {
  const { items: _, ...score } = scoreOf(items);
  return score;
}

/** @param task of the rule's answers */
async function standings(
  rule: Iterable<TextOnlyItem>,
  task: QuestionTask,
  models: readonly EvaluatedModel[],
  { items, turn }: TextOnlySources,
): Promise<Standing[]> {
  const ids = new Numbering();
  for (const { id } of rule) ids.of(id);
  const found: Standing[] = [];
  for (const { label } of models) {
    const own = filtered(ofTask(items.get(label) ?? [], task), ({ id }) => ids.find(id) >= 0);
    const count = countOf(own);
    if (count === 0) continue;
    const { difference, low, high } = comparePaired(rule, own);
    const accuracy = countOf(own, ({ correct }) => correct) / count;
    found.push({ label, accuracy, difference, low, high, standing: standingOf(difference, low) });
    await turn();
  }
  return found;
}

function standingOf(difference: number, low: number): Standing['standing'] {
  if (difference <= 0) return 'below';
  return low > 0 ? 'above' : 'not shown to be above';
}
