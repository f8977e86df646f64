import type { EvaluationResult } from '../../../domain/contracts/evaluation.ts';
import type { RunInput } from '../../../domain/contracts/run.ts';
import { baseModel } from '../../../domain/evaluation/model-under-test.ts';
import { exportedModel } from '../../../domain/methods/index.ts';
import { identifyModel, prepareData, synthesiseTrajectories } from '../../../workflows/activities.ts';
import { type Course, runMethod } from '../../../workflows/run-method.ts';
import { trainByEpochs } from '../../../workflows/stages/sft.ts';
import { parseTinyRecipe, type TinyRecipe, tiny } from './method.ts';

/** Data, SFT, evaluation. */
export function tinyMethod(input: RunInput): Promise<EvaluationResult[]> {
  return runMethod(tiny, input, parseTinyRecipe, train);
}

async function train(recipe: TinyRecipe, { progress, evaluations }: Course): Promise<EvaluationResult[]> {
  const [model, questions, rows] = await progress.part('data', async () => {
    const identified = await identifyModel({ base: recipe.model.base });
    const data = await prepareData({ recipe });
    return [identified, data.questions, await synthesiseTrajectories({ recipe, textbook: data.textbook })];
  });
  const { trajectories, counts } = rows;
  evaluations.start(baseModel, { recipe, model, questions, checkpoint: null });
  const stretches = await progress.part('sft', () =>
    trainByEpochs('sft', { recipe, model, trajectories, rows: counts.train }, progress),
  );
  const checkpoint = stretches.at(-1)?.checkpoint;
  if (!checkpoint) throw new RangeError('a recipe without epochs');
  evaluations.start(exportedModel(recipe, checkpoint.step, [tiny]), { recipe, model, questions, checkpoint });
  return progress.part('evaluation', () => evaluations.all());
}
