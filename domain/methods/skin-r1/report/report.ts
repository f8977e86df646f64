/** `report.json` of a run of Skin-R1: every number of its page, for programs. The page is drawn from this and nothing else. */
import { z } from 'zod';
import { benchmarkSummarySchema, readerScoresSchema } from '../../../benchmarks/summaries/summary.ts';
import { imageRefSchema } from '../../../cases/case.ts';
import { modelRefSchema } from '../../../contracts/references.ts';
import { readers } from '../../../evaluation/scored.ts';
import { taskSummarySchema } from '../../../evaluation/summary.ts';
import { malignancySchema } from '../../../knowledge/malignancy.ts';
import { optionSchema, questionTasks } from '../../../questions/question.ts';
import { skinR1RecipeSchema } from '../../../recipe/methods/skin-r1.ts';
import { casesCardSchema, lineageEntrySchema, spentSchema } from '../../../report/parts.ts';
import { metricsLineSchema, sampleLineSchema } from '../../../report/training-log.ts';
import { milestoneChoiceSchema } from '../../../rewards/milestones.ts';
import { logFields } from '../../../stages/index.ts';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** A model against the rule that sees the options' labels alone, on the same questions. */
const standingSchema = z.strictObject({
  label: z.string(),
  accuracy: share,
  /** The model's accuracy minus the rule's, and its 95 % interval. */
  difference: z.number().min(-1).max(1),
  low: z.number(),
  high: z.number(),
  /** `above`: the whole interval is. `below`: the accuracy is not higher than the rule's. */
  standing: z.enum(['above', 'not shown to be above', 'below']),
});
export type Standing = z.infer<typeof standingSchema>;

const ruleScore = { accuracy: share, low: share, high: share, macroF1: share };

/** What the options' labels alone earn, by a rule that was fitted on the training questions (evaluation/text-only.ts). */
const textOnlySchema = z.strictObject({
  ...ruleScore,
  /** Every evaluated model. */
  models: z.array(standingSchema),
  /** The same for each data set; of the models the final one, and the final one on grey images. */
  sets: z.array(
    z.strictObject({
      source: z.string(),
      items: count,
      chance: share,
      majority: z.strictObject({ label: z.string(), accuracy: share }),
      ...ruleScore,
      models: z.array(standingSchema),
    }),
  ),
});
export type TextOnlyBaseline = z.infer<typeof textOnlySchema>;

/** What guessing earns on the test questions of a task. */
const taskBaselineSchema = z.strictObject({
  task: z.enum(questionTasks),
  items: count,
  /** Patients or lesions: what intervals count. */
  groups: count,
  /** Mean of 1 / number of options. */
  chance: share,
  /** Always giving the most frequent right label. */
  majority: z.strictObject({ label: z.string(), accuracy: share }),
  /** Absent where the questions were made before it was measured. */
  textOnly: textOnlySchema.optional(),
});
export type TaskBaseline = z.infer<typeof taskBaselineSchema>;

/** Nearest neighbour and linear probe on an image encoder; `remarks`: which are absent, and why. */
const probesSchema = z.strictObject({
  rows: z.array(
    z.strictObject({
      ...{ benchmark: z.string(), label: z.string(), items: count, groups: count },
      ...{ ...ruleScore, macroF1: share.nullable() },
    }),
  ),
  remarks: z.array(z.string()),
});

const evaluatedModelSchema = z.strictObject({
  /** `base`, `rl-only-<step>`, `sft`, `grpo-<step>`; each with `-no-image` on grey images. */
  label: z.string(),
  title: z.string(),
  step: count.nullable(),
  image: z.enum(['real', 'grey']),
  tasks: z.array(taskSummarySchema),
});
export type EvaluatedModel = z.infer<typeof evaluatedModelSchema>;

/** Two models on the same questions; `difference` is the second's accuracy minus the first's. */
const comparisonSchema = z.strictObject({
  task: z.enum(questionTasks),
  first: z.string(),
  second: z.string(),
  items: count,
  difference: z.number().min(-1).max(1),
  low: z.number(),
  high: z.number(),
  onlyFirst: count,
  onlySecond: count,
  /** Two-sided, McNemar's exact test. */
  p: share,
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** A test question as the final model answered it. */
const sampleCaseSchema = z.strictObject({
  id: z.string(),
  task: z.enum(questionTasks),
  image: imageRefSchema,
  diagnosis: z.string(),
  malignancy: malignancySchema,
  options: z.array(optionSchema),
  /** Letter and label of the right option, and of the one that was read from the output. */
  answer: z.string(),
  expected: z.string(),
  letter: z.string().nullable(),
  predicted: z.string().nullable(),
  correct: z.boolean(),
  output: z.string(),
  /** Parts of the training reward that this output would earn. */
  rewards: z.record(z.string(), z.number()),
  /** What the other models answered. */
  others: z.array(z.strictObject({ label: z.string(), predicted: z.string().nullable(), correct: z.boolean() })),
});
export type SampleCase = z.infer<typeof sampleCaseSchema>;

const { generated, cases, ...counted } = casesCardSchema.shape;

const dataCardSchema = z.strictObject({
  ...{ generated, cases },
  trajectories: z.strictObject({ train: count, validation: count, llmCalls: count, rejected: count }),
  ...counted,
});
export type DataCard = z.infer<typeof dataCardSchema>;

/** A number of ours beside one of the paper (published/against.ts). */
const paperSchema = z.strictObject({
  source: z.string(),
  model: z.string(),
  column: z.string(),
  measure: z.enum(['accuracy', 'macroF1']),
  paper: z.number(),
  ours: z.number(),
  difference: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  notComparable: z.array(z.string()),
  note: z.string().nullable(),
  /** Of ours; absent in reports of before version 8, where it is the strict one. */
  reader: z.enum(readers).exactOptional(),
});

/** A model on a task, by data set; `paper` is empty where the paper has no row of it. */
const modelBySetSchema = z.strictObject({
  task: z.enum(questionTasks),
  label: z.string(),
  /** By the strict reader, and by the lenient one; the latter is absent in reports of before version 8. */
  columns: z.array(
    readerScoresSchema.extend({
      ...{ name: z.string(), title: z.string(), items: count, groups: count },
      lenient: readerScoresSchema.exactOptional(),
    }),
  ),
  /** Over all sets, as the paper averages; absent as above. */
  average: benchmarkSummarySchema.shape.average.exactOptional(),
  paper: z.array(paperSchema),
});
export type ModelBySet = z.infer<typeof modelBySetSchema>;

export const reportSchema = z.strictObject({
  schema: z.literal(1),
  run: z.string(),
  recipe: skinR1RecipeSchema,
  model: modelRefSchema,
  /** The findings in plain words. */
  summary: z.array(z.string()),
  /** Label of the model that the run is about: the last milestone, or the one that a validation chose. */
  final: z.string(),
  /** Milestones that a validation chose, and of what; absent without one. */
  chosen: z.array(milestoneChoiceSchema).exactOptional(),
  baselines: z.array(taskBaselineSchema),
  /** Absent where the recipe asks for none. */
  probes: probesSchema.exactOptional(),
  evaluations: z.array(evaluatedModelSchema),
  comparisons: z.array(comparisonSchema),
  /** Absent in reports of earlier versions. */
  sets: z.array(modelBySetSchema).default([]),
  /** By the stages' fields; a part of SFT or GRPO that was left out is empty, any other is absent. */
  training: z.strictObject(logFields(z.array(metricsLineSchema), z.array(metricsLineSchema).exactOptional())),
  /** Completions of the first, the middle and the last GRPO step. */
  completions: z.array(sampleLineSchema),
  samples: z.array(sampleCaseSchema),
  data: dataCardSchema,
  spent: spentSchema.default([]),
  lineage: z.array(lineageEntrySchema),
  /** Versions of what computed it, by name. */
  software: z.record(z.string(), z.string()),
});
export type Report = z.infer<typeof reportSchema>;
