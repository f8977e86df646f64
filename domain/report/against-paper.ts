/** Which row of the paper a model of ours stands for, and what differs between the two. */
import type { Benchmark } from '../benchmarks/benchmark.ts';
import { ownNumbers } from '../benchmarks/summaries/own-numbers.ts';
import type { BenchmarkSummary } from '../benchmarks/summaries/summary.ts';
import { type ModelUnderTest, modelNamed } from '../evaluation/model-under-test.ts';
import type { ReaderName } from '../evaluation/scored.ts';
import { againstRow, type Conditions, type PublishedComparison } from '../published/against.ts';
import { publishedModels } from '../published/models.ts';
import { averageColumn, type Measure } from '../published/published.ts';
import { type HowTrained, trainedOtherwise } from '../published/training.ts';
import { type Stage, type StageRow, stages } from '../stages/index.ts';
import { grouped } from '../words.ts';

/** Of a run's model: the run, the stage and its step. `final`: the run's last, whose stage its label does not say. */
interface Training {
  run: string;
  stage: Stage | 'base' | 'final';
  step: number | null;
}

/** What is known of how the questions were made. */
export type DataConditions = Pick<Conditions, 'generated' | 'distractors'> & {
  /** Of each known run, by its name, how its models were made. */
  runs: Readonly<Record<string, MadeBy>>;
};

interface MadeBy {
  /** Name of the base model. */
  base: string;
  /** What made the run's last model; null: no label needs it. */
  exported: Pick<ModelUnderTest, 'stage' | 'step'> | null;
  recipe: HowTrained;
}

const paperBase = 'Qwen2.5-VL-7B-Instruct';

/** What tells two evaluations of one label apart on a page stands in brackets behind it. */
const plainLabel = (label: string): string => label.replace(/ \([^()]*\)$/, '');

/** A run's model by its label, `RUN@grpo-500`; null for others. */
export function trainingOf(label: string): Training | null {
  const [, run, id] = /^([a-z0-9][a-z0-9._-]*)@([a-z0-9-]+)$/.exec(plainLabel(label)) ?? [];
  if (run === undefined || id === undefined) return null;
  const model = modelNamed(id);
  if (model) return { run, stage: model.stage, step: model.step };
  return id === 'final' ? { run, stage: 'final', step: null } : null;
}

/** Stage and step of a run's model, also of its last one; null where they are not known. */
function madeBy(
  { run, stage, step }: Training,
  { runs }: DataConditions,
): Pick<ModelUnderTest, 'stage' | 'step'> | null {
  return stage === 'final' ? (runs[run]?.exported ?? null) : { stage, step };
}

function publishedOf(training: Training, data: DataConditions): StageRow['published'] {
  const stage = madeBy(training, data)?.stage ?? 'base';
  return stage === 'base' ? null : stages[stage].published;
}

/** Rows of the tables that the label may stand for: those that a table has are compared. */
function rowsFor(label: string, training: Training | null, data: DataConditions): string[] {
  if (training === null) {
    const name = plainLabel(label).split('?', 1)[0]?.toLowerCase();
    return publishedModels.flatMap((model) => (model.name.toLowerCase() === name ? [model.name] : []));
  }
  if (training.stage === 'base') return [paperBase];
  const published = publishedOf(training, data);
  if (!published) return [];
  const { row, steps = [] } = published;
  const step = madeBy(training, data)?.step ?? null;
  return [step !== null && steps.includes(step) ? `${row} (${grouped(step)} steps)` : row];
}

/** A model, a control on grey pictures, or a rule, as it was measured. */
export interface MeasuredModel {
  label: string;
  kind: 'model' | 'no image' | 'rule';
  reader: ReaderName;
  profile: string;
  samples: number;
  summary: BenchmarkSummary;
  training: Training | null;
}

/** A row of a published table, and why it cannot be compared with a model of ours. */
export interface PublishedPageRow {
  source: string;
  measure: Measure;
  model: string;
  /** By column; `average` is that of the table. */
  values: Readonly<Record<string, number>>;
  note: string | null;
  /** Empty where it can be. */
  notComparable: string[];
}

const conditionsOf = ({ kind, reader, profile, samples }: MeasuredModel, data: DataConditions): Conditions => ({
  ...data,
  ...{ profile, reader, greedy: samples === 1, image: kind === 'no image' ? 'grey' : 'real' },
});

/** Column by column; empty for rules, and for models that the paper has no row of. */
export function againstPaper(
  { published }: Benchmark,
  row: MeasuredModel,
  data: DataConditions,
): PublishedComparison[] {
  if (row.kind !== 'model') return [];
  const ours = ownNumbers(row.summary, row.reader);
  const found = rowsFor(row.label, row.training, data).flatMap((model) =>
    published.flatMap((table) => againstRow(table, model, ours, conditionsOf(row, data))),
  );
  const reasons = trainingReasons(row.training, data);
  // Tables of the paper repeat rows.
  const once = new Map(found.toReversed().map((own) => [`${own.measure}/${own.model}/${own.column}`, own]));
  return [...once.values()].toReversed().map((own) => ({ ...own, notComparable: [...own.notComparable, ...reasons] }));
}

const oneOf = (names: readonly string[]): string => names.join(', ').replace(/, ([^ ]+)$/, ' or $1');

/** What differs in how a run's model was made. */
function trainingReasons(training: Training | null, data: DataConditions): string[] {
  if (training === null) return [];
  const { base, recipe = {} } = data.runs[training.run] ?? {};
  const isPapers = base?.toLowerCase().includes(paperBase.toLowerCase()) === true;
  const published = publishedOf(training, data);
  const { step = null } = madeBy(training, data) ?? {};
  const printed = published?.steps;
  const otherSteps = printed !== undefined && step !== null && !printed.includes(step);
  return [
    ...(isPapers ? [] : [`model: the base is ${base ?? 'not known here'}, that of the paper ${paperBase}`]),
    ...(otherSteps ? [`training: ${step} steps, the paper's have ${oneOf(printed.map(grouped))}`] : []),
    ...(base !== undefined && published ? trainedOtherwise(published.row, recipe) : []),
  ];
}

/** Every published row of the benchmark, a model once for each measure, with what keeps it from being compared with `row`. */
export function publishedRows(
  { published }: Benchmark,
  row: MeasuredModel | null,
  data: DataConditions,
): PublishedPageRow[] {
  const seen = new Set<string>();
  return published.flatMap((table) =>
    table.rows.flatMap((each): PublishedPageRow[] => {
      const name = `${table.measure}/${each.model}`;
      if (seen.has(name)) return [];
      seen.add(name);
      const compared = row
        ? againstRow(table, each.model, ownNumbers(row.summary, row.reader), conditionsOf(row, data))
        : [];
      const overall = compared.filter(({ column }) => column === averageColumn);
      const judged = overall.length > 0 ? overall : compared;
      const reasons = new Set(judged.flatMap(({ notComparable }) => notComparable));
      const common = compared.length === 0 ? ['data: no column in common'] : [];
      return [
        {
          ...{ source: table.source, measure: table.measure, model: each.model, values: each.values },
          ...{ note: each.note ?? null, notComparable: [...reasons, ...common] },
        },
      ];
    }),
  );
}
