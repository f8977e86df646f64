/** From what a run left in the store to the report's numbers. */
import { type Case, modalities, type Split } from '../cases/case.ts';
import { countSplits } from '../cases/data-report.ts';
import type { FunnelStep } from '../cases/dermnet-filter.ts';
import type { ReportInput } from '../contracts/report.ts';
import type { TextOnlyAnswer } from '../evaluation/text-only.ts';
import type { Question } from '../questions/question.ts';
import { createRandom } from '../random.ts';
import { byLogField, type Stage } from '../stages.ts';
import { baselinesOf, compareModels, type ItemsByLabel } from './compare.ts';
import { finalModel, type LabelledSummary, orderModels } from './models.ts';
import type { DataCard, LineageEntry, Report } from './report.ts';
import { chooseCompletions, chooseSamples } from './samples.ts';
import { modelsBySet } from './sets.ts';
import { summarise } from './summary.ts';
import { withTextOnly } from './text-only.ts';
import { type MetricsLine, mergeLines, type SampleLine } from './training-log.ts';

export interface ReportSources {
  input: Pick<ReportInput, 'run' | 'recipe' | 'model' | 'data' | 'trajectories' | 'spent'>;
  cases: readonly Case[];
  funnel: readonly FunnelStep[];
  /** Test questions. */
  questions: readonly Question[];
  /** What the options' labels alone answer to them; empty where that was not measured. */
  textOnly: readonly TextOnlyAnswer[];
  summaries: readonly LabelledSummary[];
  items: ItemsByLabel;
  /** Lines of the stretches, in the order of the stretches. */
  logs: Readonly<Record<Stage, readonly MetricsLine[]>>;
  completions: readonly SampleLine[];
  lineage: readonly LineageEntry[];
  software: Readonly<Record<string, string>>;
}

/** Throws a RangeError where the run evaluated no model. The same sources give the same report. */
export function buildReport(sources: ReportSources): Report {
  const { input, items, logs } = sources;
  const { recipe } = input;
  const questions = new Map(sources.questions.map((question) => [question.id, question]));
  const models = orderModels(sources.summaries);
  const final = finalModel(models);
  const baselines = withTextOnly(baselinesOf(items.get(final.label) ?? [], questions), {
    ...{ models, final, items, questions, answers: sources.textOnly },
  });
  const comparisons = compareModels(models, items);
  const seeing = new Set(models.flatMap(({ label, image }) => (image === 'real' ? [label] : [])));
  const data = dataCard(sources);
  const units = recipe.data.groupBy === 'patient' ? 'patients' : 'images';
  return {
    schema: 1,
    run: input.run,
    recipe,
    model: input.model,
    summary: summarise({
      ...{ models, final, baselines, comparisons, units },
      ...{ generated: data.generated, distractors: recipe.questions.distractors },
    }),
    final: final.label,
    baselines,
    evaluations: models,
    comparisons,
    sets: modelsBySet(models, items, recipe),
    training: byLogField((stage) => mergeLines(logs[stage])),
    completions: chooseCompletions(sources.completions),
    samples: chooseSamples(
      { final: final.label, seeing, items, questions, rewards: recipe.rewards },
      createRandom(`report/${recipe.seed}/samples`),
    ),
    data,
    spent: sources.input.spent ?? [],
    lineage: [...sources.lineage],
    software: { ...sources.software },
  };
}

function dataCard({ input, cases, funnel }: Pick<ReportSources, 'input' | 'cases' | 'funnel'>): DataCard {
  const { recipe, data, trajectories } = input;
  const diagnoses = [...Map.groupBy(cases, ({ diagnosis }) => diagnosis)].flatMap(([diagnosis, members]) => {
    const [first] = members;
    return first ? [{ diagnosis, malignancy: first.malignancy, ...countSplits(members) }] : [];
  });
  const size = (row: Record<Split, number>): number => row.train + row.validation + row.test;
  return {
    generated: recipe.data.generate !== undefined,
    cases: data.counts,
    trajectories: trajectories.counts,
    diagnoses: diagnoses.toSorted((a, b) => size(b) - size(a) || (a.diagnosis < b.diagnosis ? -1 : 1)),
    modalities: modalities
      .map((modality) => ({ modality, ...countSplits(cases.filter((c) => c.modality === modality)) }))
      .filter((row) => size(row) > 0),
    funnel: [...funnel],
  };
}
