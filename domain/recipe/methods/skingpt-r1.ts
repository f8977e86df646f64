/**
 * The recipe of SkinGPT-R1 (arXiv 2511.15242): narratives, people's reviews of them, an evaluator, dual distillation. Its
 * first version publishes no settings; defaults are those of the code of a later revision.
 */
import { z } from 'zod';
import { judgeSettingsSchema } from '../../dermeval/judge.ts';
import { llmChoiceSchema } from '../../llm-settings.ts';
import { commonFields } from '../common.ts';
import { dermevalSchema } from '../dermeval.ts';
import { distilSchema } from '../distillation.ts';
import { openEvaluationSchema } from '../evaluation.ts';
import { certifiedSchema, narrativesSchema } from '../narratives.ts';
import { promptsSchema } from '../prompts.ts';
import { teacherSchema } from '../teacher.ts';

const { schema, name, seed, model, data, budget } = commonFields;

const fieldsSchema = z.strictObject({
  ...{ schema, name, method: z.literal('skingpt-r1'), seed },
  ...{ prompts: promptsSchema, model, data },
  narratives: narrativesSchema,
  certified: certifiedSchema.prefault({}),
  /** Scores narratives where they are `scoredBy` it, and answers on DermBench's part. */
  judge: judgeSettingsSchema.exactOptional(),
  /** An evaluator of narratives, trained on people's scores. */
  dermeval: dermevalSchema.exactOptional(),
  /** Null: nothing is distilled; the language adapter alone is trained. */
  teacher: teacherSchema.nullable(),
  distillation: distilSchema,
  evaluation: openEvaluationSchema,
  /** The model that writes narratives; absent: the model that the environment of the llm workers names. */
  llm: llmChoiceSchema.optional(),
  budget,
});
type Fields = z.infer<typeof fieldsSchema>;

/** Cases that people certified and nobody is trained on. */
const hasBench = ({ certified }: Pick<Fields, 'certified'>): boolean => certified.cases > 0 && certified.benchShare > 0;

const isDrawn = ({ data }: Pick<Fields, 'data'>): boolean => data.generate !== undefined;

export const skinGptR1RecipeSchema = fieldsSchema
  .refine(({ model }) => model.adapter === undefined, {
    path: ['model', 'adapter'],
    message:
      'the base stays frozen beside the adapters of a distillation; merge the adapter (dermflow export --merged) and give that as model.base',
  })
  .refine(({ data }) => data.sources.every(({ use }) => use !== 'concepts'), {
    path: ['data', 'sources'],
    message: 'a source with use: concepts serves sft.conceptAlignment of Skin-R1 alone; remove it or its use',
  })
  .refine(({ narratives }) => narratives.candidates === 1 || narratives.temperature > 0, {
    path: ['narratives', 'candidates'],
    message: 'at temperature 0 all candidates are alike; raise narratives.temperature, or give 1',
  })
  .refine(({ narratives, judge }) => narratives.scoredBy !== 'judge' || judge !== undefined, {
    path: ['judge'],
    message: 'narratives.scoredBy is "judge", and no judge is named; give judge, or another narratives.scoredBy',
  })
  .refine(({ narratives, judge }) => narratives.scoredBy !== 'judge' || judge?.shows !== 'reference', {
    path: ['judge', 'shows'],
    message:
      'narratives are scored before any is certified, so that there is no reference; give "picture", or leave it out',
  })
  .refine(({ narratives, dermeval }) => narratives.scoredBy !== 'dermeval' || dermeval !== undefined, {
    path: ['dermeval'],
    message:
      'narratives.scoredBy is "dermeval", and no evaluator is trained; give dermeval, or another narratives.scoredBy',
  })
  .refine((recipe) => recipe.narratives.scoredBy !== 'drawn' || isDrawn(recipe), {
    path: ['narratives', 'scoredBy'],
    message: 'only what is known of generated pictures scores so; take "judge" or "dermeval", or give data.generate',
  })
  .refine((recipe) => recipe.certified.by !== 'script' || recipe.certified.cases === 0 || isDrawn(recipe), {
    path: ['certified', 'by'],
    message: 'a program stands in for people on generated pictures alone; take "people", or give data.generate',
  })
  .refine(({ dermeval, certified }) => dermeval === undefined || certified.cases > 0, {
    path: ['certified', 'cases'],
    message: 'dermeval learns from the scores of certified cases, and there are none; raise it, or leave dermeval out',
  })
  .refine(({ dermeval, certified }) => dermeval === undefined || certified.benchShare < 1, {
    path: ['certified', 'benchShare'],
    message:
      "dermeval learns from certified cases outside of DermBench's part, and there are none; lower it, or leave dermeval out",
  })
  .refine((recipe) => !hasBench(recipe) || recipe.judge !== undefined || isDrawn(recipe), {
    path: ['certified', 'benchShare'],
    message: "DermBench's part is scored by a judge, and none is named; give judge, or 0 here",
  })
  .refine(({ distillation }) => distillation.epochs > 0 || distillation.dermcotEpochs > 0, {
    path: ['distillation', 'epochs'],
    message: 'nothing is trained: give epochs with a teacher here, or distillation.dermcotEpochs without one',
  })
  .refine(
    ({ distillation, teacher }) =>
      distillation.epochs === 0 || teacher !== null || distillation.adapters.weights.distil === 0,
    {
      path: ['teacher'],
      message:
        'distillation.epochs are taught by a teacher; name one, give distillation.adapters.weights.distil: 0, or distillation.dermcotEpochs in place of epochs',
    },
  )
  .refine(
    ({ distillation: { epochs, dermcotEpochs, adapters } }) =>
      adapters.weights.sft > 0 || (dermcotEpochs === 0 && (epochs === 0 || adapters.weights.distil > 0)),
    {
      path: ['distillation', 'adapters', 'weights', 'sft'],
      message: 'epochs without a teacher, or with weights.distil: 0, learn from narratives alone; give more than 0',
    },
  )
  .refine(({ evaluation, prompts }) => prompts !== 'compact' || evaluation.candidateLabels === false, {
    path: ['evaluation', 'candidateLabels'],
    message: 'the compact wording has no place for labels; give false, or prompts: paper',
  })
  .refine(({ evaluation, data }) => (evaluation.sets ?? []).every((set) => isTested(data, set)), {
    path: ['evaluation', 'sets'],
    message: 'a set is not one of data.sources, or has questions of its own (use: ood); name others or add it there',
  })
  .refine(
    ({ evaluation: { candidateLabels, sets }, data }) =>
      typeof candidateLabels === 'boolean' ||
      candidateLabels.every((set) => (sets ? sets.includes(set) : isTested(data, set))),
    {
      path: ['evaluation', 'candidateLabels'],
      message: 'a set is not one of those that are tested; name those of evaluation.sets, or true for all',
    },
  );
export type SkinGptR1Recipe = z.infer<typeof skinGptR1RecipeSchema>;

const isTested = ({ sources }: Fields['data'], set: string): boolean =>
  sources.some(({ adapter, use }) => adapter === set && adapter !== 'textbook' && use !== 'ood');
