/** What each stage of training of a recipe will do: steps, checkpoints, memory. Of any method, by the rows of its stages. */
import type { RecipeParts } from '../recipe/parts.ts';
import { resumeCheckpointsKept } from '../retention.ts';
import { type Stage, type StageRow, stages, type Trains } from '../stages/index.ts';
import type { Architecture } from './architecture.ts';
import { type Batches, grpoBatches, sftBatches } from './batches.ts';
import { type Computer, estimateMemory, type MemoryEstimate } from './memory.ts';
import { bytesOfState, trainableParameters } from './weights.ts';

export interface StagePlan extends Batches {
  stage: Stage;
  /** Null where it goes by steps. */
  epochs: number | null;
  steps: number;
  /** Sequences that it samples in all; 0 where it learns from given texts. */
  sampled: number;
  /** Checkpoints that are uploaded, and those that stay. */
  checkpoints: { uploaded: number; kept: number };
  /** Null where the base model's sizes are not known. */
  sizes: { trainable: number; checkpoint: number; memory: MemoryEstimate } | null;
}

interface StagesInput {
  recipe: Trains & Pick<RecipeParts, 'model'> & { data: Pick<RecipeParts['data'], 'maxPixels'> };
  /** Of each stage of the recipe's method, in their order, the rows of its data. */
  rows: Partial<Record<Stage, number>>;
  architecture: Architecture | null;
  devices: number;
  computer?: Computer;
}

/** Bytes of AdamW's state per trained parameter. */
const stateBytes = 8;

/** Those of the method's stages that the recipe trains, in their order. */
export function planStages({ rows: own, recipe, architecture: a, devices, computer }: StagesInput): StagePlan[] {
  const each = Object.entries(own) as [Stage, number][]; // its type says so
  return each.flatMap(([stage, data]) => {
    const row: StageRow = stages[stage];
    const ends = row.ends(recipe);
    const last = ends.at(-1);
    if (last === undefined) return [];
    const { rows, sequences, saveEvery } = row.step(recipe);
    // A stage that goes by steps samples from prompts, of which TRL's sampler keeps whole steps alone.
    const batches = row.perStep ? grpoBatches(data, rows) : sftBatches(data, rows);
    const steps = row.perStep ? last : last * batches.stepsPerEpoch;
    const stops = row.perStep ? ends : ends.map((end) => end * batches.stepsPerEpoch);
    const between = Math.floor(steps / saveEvery) - stops.filter((stop) => stop % saveEvery === 0).length;
    const trained = row.trains(recipe);
    return [
      {
        ...{ stage, ...batches, epochs: row.perStep ? null : last, steps },
        sampled: row.memory(recipe).sampled > 0 ? steps * sequences : 0,
        checkpoints: { uploaded: between + ends.length, kept: ends.length + Math.min(resumeCheckpointsKept, between) },
        sizes: a && {
          trainable: trainableParameters(a, trained),
          checkpoint: bytesOfState(a, trained, stateBytes),
          memory: estimateMemory(stage, recipe, a, devices, computer),
        },
      },
    ];
  });
}
