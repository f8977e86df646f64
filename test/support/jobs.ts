import { join } from 'node:path';
import type { SftJob } from '../../domain/jobs/sft.ts';
import type { MicroModel } from './micro-model.ts';

/** SFT of the micro model's rows: `steps` steps of four sequences, in one stretch. */
export function sftJob(micro: Pick<MicroModel, 'base' | 'folder'>, folder: string, steps: number): SftJob {
  return {
    schema: 1,
    job: 'sft',
    seed: 1,
    threads: 1,
    precision: 'fp32',
    model: micro.base,
    output: join(folder, 'output'),
    adapter: null,
    lora: { rank: 4, alpha: 8, dropout: 0 },
    resume: null,
    data: { rows: join(micro.folder, 'rows.jsonl'), images: join(micro.folder, 'images') },
    plan: { maxSteps: steps, stopAt: steps, saveEvery: steps, stay: false },
    optimiser: { learningRate: 1e-3, warmupRatio: 0, weightDecay: 0, maxGradNorm: 1 },
    gradientCheckpointing: false,
    attention: 'sdpa',
    tracking: [],
    validation: null,
    batchSize: 4,
    perDeviceBatchSize: 2,
  };
}
