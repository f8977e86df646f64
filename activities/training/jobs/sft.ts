/** Supervised fine-tuning: what decides its numbers, and its job. */
import type { SftInput, SftRecipe } from '../../../domain/contracts/training.ts';
import type { SftJob } from '../../../domain/jobs/sft.ts';
import { sftBatches } from '../../../domain/plan/batches.ts';
import { stages } from '../../../domain/stages/index.ts';
import type { TrainerPlace } from '../../../platform/env.ts';
import { type JobFolders, rowsInput } from '../job-folders.ts';
import type { Stretch } from '../stretch-context.ts';
import {
  common,
  computedWith,
  epochOf,
  passed,
  pinned,
  startingAdapter,
  trainedParts,
  trlJob,
  withStageKey,
} from './common.ts';

/**
 * An epoch of SFT. Every epoch has the stage's key, which holds neither `epoch` nor `saveEvery`. It holds the attention:
 * its implementations round differently, and a checkpoint of one must not pass for that of another.
 */
export function sftStretch(
  {
    stage = 'sft',
    recipe,
    model,
    trajectories,
    rows,
    adapter,
    epochs = stages[stage].epochs(recipe.sft),
    epoch,
  }: SftInput,
  place: Pick<TrainerPlace, 'attention'>,
): Stretch {
  // The adapter of the stage before says all that it did.
  const { saveEvery: _, conceptAlignment: __, trl, ...own } = recipe.sft;
  const sft = { ...own, ...passed(trl), epochs };
  const { stepsPerEpoch: steps } = sftBatches(rows, sft.batchSize);
  return {
    stage,
    ...withStageKey({
      method: 'sft/3',
      inputs: {
        model: model.sha256,
        trajectories: trajectories.sha256,
        ...(adapter ? { adapter: adapter.sha256 } : startingAdapter(model)),
      },
      params: {
        sft,
        lora: recipe.lora,
        ...trainedParts(recipe),
        ...computedWith(recipe, place),
      },
    }),
    ...pinned(model),
    validates: true,
    ...epochOf(epoch, sft.epochs, steps),
  };
}

export const sftJob = (
  recipe: SftRecipe,
  stretch: Stretch,
  folders: JobFolders,
  place: TrainerPlace,
  validates: boolean,
): SftJob => ({
  ...common(recipe, folders, place),
  ...trlJob(recipe.sft, stretch, folders),
  job: 'sft',
  validation: validates ? rowsInput(folders, 'validation') : null,
  batchSize: recipe.sft.batchSize,
});
