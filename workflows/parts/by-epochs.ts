import type { SftInput, StretchResult } from '../../domain/contracts/training.ts';
import type { StageBy, Trains } from '../../domain/stages/index.ts';
import { trainSft } from '../activities.ts';
import type { Progress } from '../progress.ts';
import { inStretches } from './stretches.ts';

/** Supervised fine-tuning, one activity per epoch. */
export const trainByEpochs = (
  stage: StageBy<'sft'>,
  recipe: Trains,
  input: Omit<SftInput, 'stage' | 'epochs' | 'epoch'>,
  progress: Progress,
): Promise<StretchResult[]> =>
  inStretches(stage, recipe, progress, (epoch, { length: epochs }) => trainSft({ ...input, stage, epochs, epoch }));
