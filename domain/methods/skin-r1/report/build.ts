/** From what a run of Skin-R1 left in the store to its report's numbers. */
import type { CaseTally } from '../../../cases/data-report.ts';
import type { FunnelStep } from '../../../cases/dermnet-filter.ts';
import type { ProbesResult } from '../../../contracts/benchmarks.ts';
import type { ReportInput } from '../../../contracts/report.ts';
import type { TextOnlyItem } from '../../../evaluation/text-only.ts';
import { createRandom } from '../../../random.ts';
import { casesCard } from '../../../report/cases-card.ts';
import type { LineageEntry } from '../../../report/parts.ts';
import { type MetricsLine, mergeLines, type SampleLine } from '../../../report/training-log.ts';
import type { Key } from '../../../rows/columns.ts';
import { byLogField, type Stage } from '../../../stages/index.ts';
import { skinR1Outline } from '../outline.ts';
import { baselinesOf, compareModels, type ItemsByLabel, type QuestionsById, type Turn } from './compare.ts';
import { finalModel, type LabelledSummary, orderModels } from './models.ts';
import type { DataCard, EvaluatedModel, Report } from './report.ts';
import { chooseCompletions, chooseSamples, type ShownAnswers, showSamples } from './samples.ts';
import { modelsBySet } from './sets.ts';
import { summariseReport } from './summary.ts';
import { withTextOnly } from './text-only.ts';

export interface ReportSources {
  input: Pick<ReportInput, 'run' | 'recipe' | 'model' | 'data' | 'trajectories' | 'spent' | 'chosen' | 'probes'>;
  cases: CaseTally;
  funnel: readonly FunnelStep[];
  /** Test questions by id. */
  questions: QuestionsById;
  /** What the options' labels alone answer to them; empty where that was not measured. */
  textOnly: { get(id: Key): TextOnlyItem | undefined };
  summaries: readonly LabelledSummary[];
  items: ItemsByLabel;
  /** What is shown of the questions that {@link shownQuestions} chooses, by id. */
  shown: ShownAnswers;
  /** Lines of the stretches, in the order of the stretches. */
  logs: Readonly<Partial<Record<Stage, readonly MetricsLine[]>>>;
  completions: readonly SampleLine[];
  lineage: readonly LineageEntry[];
  software: Readonly<Record<string, string>>;
}

/** The model that the run is about. Throws a RangeError where the run evaluated none. */
export const finalOf = (
  models: readonly EvaluatedModel[],
  { recipe, chosen }: Pick<ReportInput, 'recipe' | 'chosen'>,
): EvaluatedModel => finalModel(models, skinR1Outline.trained(recipe).at(-1), chosen);

/** Ids of the questions that the report shows. Throws a RangeError where the run evaluated no model. */
export function shownQuestions({
  input,
  summaries,
  items,
  questions,
}: Pick<ReportSources, 'input' | 'summaries' | 'items' | 'questions'>): Key[] {
  const { label: final } = finalOf(orderModels(summaries), input);
  return chooseSamples({ final, items, questions }, createRandom(`report/${input.recipe.seed}/samples`));
}

/** Throws a RangeError where the run evaluated no model. The same sources give the same report. */
export async function buildReport(sources: ReportSources, turn: Turn = async () => {}): Promise<Report> {
  const { input, items, questions, logs } = sources;
  const { recipe } = input;
  const models = orderModels(sources.summaries);
  const final = finalOf(models, input);
  const baselines = await withTextOnly(baselinesOf(items.get(final.label) ?? [], questions), {
    ...{ models, final, items, questions, rule: sources.textOnly, turn },
  });
  const comparisons = await compareModels(models, final, items, turn);
  const seeing = new Set(models.flatMap(({ label, image }) => (image === 'real' ? [label] : [])));
  const data = dataCard(sources);
  return {
    schema: 1,
    run: input.run,
    recipe,
    model: input.model,
    summary: summariseReport({
      ...{ models, final, baselines, comparisons },
      ...{ generated: data.generated, distractors: recipe.questions.distractors },
    }),
    final: final.label,
    ...(input.chosen ? { chosen: input.chosen } : {}),
    baselines,
    ...(input.probes ? { probes: probesOf(input.probes) } : {}),
    evaluations: models,
    comparisons,
    sets: await modelsBySet({ models, items, recipe }, turn),
    training: byLogField((stage) => mergeLines(logs[stage] ?? [])),
    completions: chooseCompletions(sources.completions),
    samples: showSamples(
      shownQuestions(sources),
      { final: final.label, items, questions },
      seeing,
      sources.shown,
      recipe.rewards,
    ),
    data,
    spent: sources.input.spent ?? [],
    lineage: [...sources.lineage],
    software: { ...sources.software },
  };
}

const probesOf = ({ rows, remarks }: ProbesResult): NonNullable<Report['probes']> => ({
  rows: rows.map(({ benchmark, label, items, groups, strict: { score, macroF1 } }) => ({
    ...{ benchmark, label, items, groups, macroF1 },
    ...{ accuracy: score.value, low: score.low, high: score.high },
  })),
  remarks,
});

const dataCard = ({ input, cases, funnel }: Pick<ReportSources, 'input' | 'cases' | 'funnel'>): DataCard => {
  const { generated, cases: counts, ...rest } = casesCard(input, cases, funnel);
  return { generated, cases: counts, trajectories: input.trajectories.counts, ...rest };
};
