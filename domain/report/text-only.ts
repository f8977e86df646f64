/** The models of a run against the rule that answers from the options' labels alone. */
import { comparePaired } from '../evaluation/paired.ts';
import { scoreOf, type TextOnlyAnswer, type TextOnlyItem, textOnlyItems } from '../evaluation/text-only.ts';
import type { Question } from '../questions/question.ts';
import { guessing, type ItemsByLabel } from './compare.ts';
import { controlOf } from './models.ts';
import type { EvaluatedModel, Standing, TaskBaseline, TextOnlyBaseline } from './report.ts';

export interface TextOnlySources {
  models: readonly EvaluatedModel[];
  final: EvaluatedModel;
  items: ItemsByLabel;
  questions: ReadonlyMap<string, Question>;
  /** The rule's answers to the test questions; empty where there are none. */
  answers: readonly TextOnlyAnswer[];
}

/** Adds the rule to the baselines, on the questions that the final model was asked. */
export function withTextOnly(baselines: readonly TaskBaseline[], sources: TextOnlySources): TaskBaseline[] {
  const { final, items, questions, answers } = sources;
  const asked = (items.get(final.label) ?? []).flatMap(({ id }) => questions.get(id) ?? []);
  const all = textOnlyItems(asked, answers);
  return baselines.map((baseline) => {
    const own = all.filter(({ task }) => task === baseline.task);
    return own.length === 0 ? baseline : { ...baseline, textOnly: describe(own, sources) };
  });
}

function describe(rule: readonly TextOnlyItem[], sources: TextOnlySources): TextOnlyBaseline {
  const { models, final, questions } = sources;
  const control = controlOf(models, final);
  const shown = [final, ...(control ? [control] : [])];
  const bySet = [...Map.groupBy(rule, ({ source }) => source)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...numbers(rule),
    models: standings(rule, models, sources),
    sets: bySet.map(([source, own]) => ({
      source,
      items: own.length,
      ...guessing(
        own,
        own.flatMap(({ id }) => questions.get(id) ?? []),
      ),
      ...numbers(own),
      models: standings(own, shown, sources),
    })),
  };
}

function numbers(items: readonly TextOnlyItem[]): Omit<TextOnlyBaseline, 'models' | 'sets'> {
  const { items: _, ...score } = scoreOf(items);
  return score;
}

function standings(
  rule: readonly TextOnlyItem[],
  models: readonly EvaluatedModel[],
  { items }: TextOnlySources,
): Standing[] {
  const ids = new Set(rule.map(({ id }) => id));
  return models.flatMap(({ label }) => {
    const own = (items.get(label) ?? []).filter(({ id }) => ids.has(id));
    if (own.length === 0) return [];
    const { difference, low, high } = comparePaired(rule, own);
    const accuracy = own.filter(({ correct }) => correct).length / own.length;
    return [{ label, accuracy, difference, low, high, standing: standingOf(difference, low) }];
  });
}

function standingOf(difference: number, low: number): Standing['standing'] {
  if (difference <= 0) return 'below';
  return low > 0 ? 'above' : 'not shown to be above';
}
