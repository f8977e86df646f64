/** The models of a run against the rule that answers from the options' labels alone. */
import { comparePaired } from '../evaluation/paired.ts';
import { scoreOf, type TextOnlyItem } from '../evaluation/text-only.ts';
import { guessing, type ItemsByLabel, type ReportedQuestion, type Turn } from './compare.ts';
import { controlOf } from './models.ts';
import type { EvaluatedModel, Standing, TaskBaseline, TextOnlyBaseline } from './report.ts';

export interface TextOnlySources {
  models: readonly EvaluatedModel[];
  final: EvaluatedModel;
  items: ItemsByLabel;
  questions: ReadonlyMap<string, ReportedQuestion>;
  /** The rule's answers to the test questions, by their ids; empty where there are none. */
  rule: ReadonlyMap<string, TextOnlyItem>;
  turn: Turn;
}

/** Adds the rule to the baselines, on the questions that the final model was asked. */
export async function withTextOnly(
  baselines: readonly TaskBaseline[],
  sources: TextOnlySources,
): Promise<TaskBaseline[]> {
  const { final, items, rule } = sources;
  const all = (items.get(final.label) ?? []).flatMap(({ id }) => rule.get(id) ?? []);
  const described: TaskBaseline[] = [];
  for (const baseline of baselines) {
    const own = all.filter(({ task }) => task === baseline.task);
    described.push(own.length === 0 ? baseline : { ...baseline, textOnly: await describe(own, sources) });
  }
  return described;
}

async function describe(rule: readonly TextOnlyItem[], sources: TextOnlySources): Promise<TextOnlyBaseline> {
  const { models, final, questions } = sources;
  const control = controlOf(models, final);
  const shown = [final, ...(control ? [control] : [])];
  const bySet = [...Map.groupBy(rule, ({ source }) => source)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const sets: TextOnlyBaseline['sets'] = [];
  for (const [source, own] of bySet) {
    sets.push({
      source,
      items: own.length,
      ...guessing(
        own,
        own.flatMap(({ id }) => questions.get(id) ?? []),
      ),
      ...numbers(own),
      models: await standings(own, shown, sources),
    });
  }
  return { ...numbers(rule), models: await standings(rule, models, sources), sets };
}

function numbers(items: readonly TextOnlyItem[]): Omit<TextOnlyBaseline, 'models' | 'sets'> {
  const { items: _, ...score } = scoreOf(items);
  return score;
}

async function standings(
  rule: readonly TextOnlyItem[],
  models: readonly EvaluatedModel[],
  { items, turn }: TextOnlySources,
): Promise<Standing[]> {
  const ids = new Set(rule.map(({ id }) => id));
  const found: Standing[] = [];
  for (const { label } of models) {
    const own = (items.get(label) ?? []).filter(({ id }) => ids.has(id));
    if (own.length === 0) continue;
    const { difference, low, high } = comparePaired(rule, own);
    const accuracy = own.filter(({ correct }) => correct).length / own.length;
    found.push({ label, accuracy, difference, low, high, standing: standingOf(difference, low) });
    await turn();
  }
  return found;
}

function standingOf(difference: number, low: number): Standing['standing'] {
  if (difference <= 0) return 'below';
  return low > 0 ? 'above' : 'not shown to be above';
}
