import { workflowInfo } from '@temporalio/workflow';
import type { RunInput, RunResult } from '../../../domain/contracts/run.ts';
import { baseModel } from '../../../domain/evaluation/model-under-test.ts';
import { exportedModel } from '../../../domain/methods/index.ts';
import type { Recipe } from '../../../domain/recipe/recipe.ts';
import {
  activities,
  exportAdapter,
  identifyModel,
  prepareData,
  synthesiseTrajectories,
} from '../../../workflows/activities.ts';
import { trainByEpochs } from '../../../workflows/parts/by-epochs.ts';
import * as profiles from '../../../workflows/profiles.ts';
import { type Course, runMethod } from '../../../workflows/run-method.ts';
import { parseTinyRecipe, type TinyRecipe, tiny } from './method.ts';
import type { TinyReportActivities } from './report.ts';

const { writeTinyReport } = activities<TinyReportActivities>(profiles.cpuWork);

/** Data, SFT, evaluation. */
export function tinyMethod(input: RunInput): Promise<RunResult> {
  return runMethod(tiny, input, parseTinyRecipe, train);
}

/** Its recipe has SFT, of which this does nothing. */
export function forgetfulMethod(input: RunInput): Promise<RunResult> {
  return runMethod(tiny, input, parseTinyRecipe, async (recipe) => {
    const { questions } = await prepareData({ recipe });
    return { report: questions, adapter: questions, evaluations: [] };
  });
}

async function train(recipe: TinyRecipe, { progress, evaluations }: Course): Promise<RunResult> {
  const [model, { questions }, { trajectories, counts }] = await progress.part('data', async () => {
    // With the recipe, of which a worker refuses what it cannot train.
    const identified = await identifyModel({ base: recipe.model.base, recipe: asKnown(recipe) });
    const prepared = await prepareData({ recipe });
    return [identified, prepared, await synthesiseTrajectories({ recipe, textbook: prepared.textbook })];
  });
  evaluations.start(baseModel, { recipe, model, questions, checkpoint: null });
  const stretches = await progress.part('sft', () =>
    trainByEpochs('sft', recipe, { recipe, model, trajectories, rows: counts.train }, progress),
  );
  const checkpoint = stretches.at(-1)?.checkpoint;
  if (!checkpoint) throw new RangeError('a recipe without epochs');
  evaluations.start(exportedModel(recipe, checkpoint.step, [tiny]), { recipe, model, questions, checkpoint });
  const scores = await progress.part('evaluation', () => evaluations.all());
  return progress.part('report', async () => {
    const adapter = await exportAdapter({ recipe: asKnown(recipe), model, checkpoint, evaluations: scores });
    const run = workflowInfo().workflowId;
    const report = await writeTinyReport({ run, recipe, model, evaluations: scores, adapter });
    progress.reported(report);
    return { report, adapter, evaluations: scores };
  });
}

/** A method of Dermflow has its recipe in the union. */
const asKnown = (recipe: TinyRecipe): Recipe => recipe as unknown as Recipe;
