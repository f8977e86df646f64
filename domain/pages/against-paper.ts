/** Which row of the paper a model of ours stands for, and what differs between the two. */
import type { Benchmark } from '../benchmarks/benchmark.ts';
import { ownNumbers } from '../benchmarks/own-numbers.ts';
import { modelOf } from '../evaluation/model-under-test.ts';
import { againstRow, type Comparison, type Conditions } from '../published/against.ts';
import { publishedModels } from '../published/models.ts';
import { averageColumn } from '../published/published.ts';
import type { PageRow, PublishedPageRow } from './evaluation-page.ts';

/** What is known of how the questions were made. */
export type DataConditions = Pick<Conditions, 'generated' | 'distractors'>;

/** A run's model by its label, `RUN@grpo-500`; null for others. */
export function trainingOf(label: string): PageRow['training'] {
  const [, run, id] = /^([a-z0-9][a-z0-9._-]*)@([a-z0-9-]+)$/.exec(label) ?? [];
  if (run === undefined || id === undefined) return null;
  const number = /-(\d+)(?:-no-image)?$/.exec(id)?.[1];
  const step = number === undefined ? null : Number(number);
  const model = modelOf({ label: id, step });
  if (model) return { run, stage: model.stage, step };
  return id === 'final' ? { run, stage: 'final', step: null } : null;
}

/** Rows of the tables that the label may stand for: those that a table has are compared. */
function rowsFor(label: string, training: PageRow['training']): string[] {
  if (training === null) {
    const name = label.split('?', 1)[0]?.toLowerCase();
    return publishedModels.flatMap((model) => (model.name.toLowerCase() === name ? [model.name] : []));
  }
  const { stage, step } = training;
  if (stage === 'base') return ['Qwen2.5-VL-7B-Instruct'];
  if (stage === 'sft') return ['SFT'];
  if (stage === 'rl-only') return ['RL without SFT'];
  if (stage === 'final') return ['Skin-R1'];
  const steps = step === null ? '' : ` (${String(step).replaceAll(/\B(?=(\d{3})+$)/g, ',')} steps)`;
  return [`Skin-R1${steps}`];
}

type Measured = Pick<PageRow, 'label' | 'kind' | 'reader' | 'profile' | 'samples' | 'summary' | 'training'>;

const conditionsOf = ({ kind, reader, profile, samples }: Measured, data: DataConditions): Conditions => ({
  ...data,
  ...{ profile, reader, greedy: samples === 1, image: kind === 'no image' ? 'grey' : 'real' },
});

/** Column by column; empty for rules, and for models that the paper has no row of. */
export function againstPaper({ published }: Benchmark, row: Measured, data: DataConditions): Comparison[] {
  if (row.kind !== 'model') return [];
  const ours = ownNumbers(row.summary, row.reader);
  return rowsFor(row.label, row.training).flatMap((model) =>
    published.flatMap((table) => againstRow(table, model, ours, conditionsOf(row, data))),
  );
}

/** Every published row of the benchmark, a model once for each measure, with what keeps it from being compared with `row`. */
export function publishedRows(
  { published }: Benchmark,
  row: Measured | null,
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
