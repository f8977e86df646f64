/** Distillation and SOREB through their activities, by the real trainer: killed, resumed, exported. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeChunk } from '../../../activities/features/feature-chunks.ts';
import { toJsonLines } from '../../../activities/json-lines.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { DistilInput, SorebInput } from '../../../domain/contracts/training.ts';
import { byDimension } from '../../../domain/dermeval/dimensions.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { parseArchitecture } from '../../../domain/plan/architecture.ts';
import { distilledParameters } from '../../../domain/plan/weights.ts';
import { dermevalSchema } from '../../../domain/recipe/dermeval.ts';
import { distilSchema } from '../../../domain/recipe/distillation.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  createTrainingWorker,
  prepareTraining,
  runActivity,
  shortRecipe,
  type TrainingData,
  type TrainingWorker,
} from '../../support/training.ts';

const short = shortRecipe();
const { seed, model: base, lora } = short;
const store = createMemoryStore();
const teacher = { encoder: digestOf('teacher'), form: 'patches' } as const;
const workers: { remove(): Promise<void> }[] = [];
let data: TrainingData;
let distil: Omit<DistilInput, 'epoch'>;

async function newWorker(): Promise<TrainingWorker> {
  const worker = await createTrainingWorker(store);
  workers.push(worker);
  return worker;
}

beforeAll(async () => {
  data = await prepareTraining(store, short, tmpdir());
  const { model, trajectories: narratives, rows } = data.sft;
  const adapters = { width: 6, rank: 4 };
  const distillation = distilSchema.parse({ epochs: 2, batchSize: 4, saveEvery: 1, adapters });
  distil = { stage: 'distillation', recipe: { seed, model: base, distillation }, model, narratives, rows, teacher };
});
afterAll(() => Promise.all(workers.map((worker) => worker.remove())));

const picturesOf = async (): Promise<string[]> => {
  const files = [artifactFiles.trajectories.train, artifactFiles.trajectories.validation];
  const rows = await Promise.all(
    files.map(({ name, schema }) => readJsonLines(store, distil.narratives, name, schema)),
  );
  return [...new Set(rows.flat().map(({ image }) => image.sha256))];
};

describe('a distillation', () => {
  it('ends before it trains where the teacher has not seen a picture', async () => {
    const [first = '', ...others] = await picturesOf();
    const chunk = (images: string[]) => ({
      ...{ shape: [4, 6], images },
      data: Float32Array.from({ length: 24 * images.length }, (_, i) => Math.sin(i)),
    });
    await writeChunk(store, teacher, chunk(others));
    const worker = await newWorker();
    await expect(runActivity(() => worker.activities.trainDistilled({ ...distil, epoch: 1 }))).rejects.toMatchObject({
      type: failureTypes.corrupt,
      message: expect.stringContaining(`of 1 of ${others.length + 1} pictures, e.g. ${first}`),
    });
    expect(worker.pids()).toEqual([]);
    await writeChunk(store, teacher, chunk([first]));
  });

  it('that is killed goes on from its newest checkpoint, exactly, and is exported with its loader', async () => {
    const killed = await newWorker();
    const attempt = runActivity(
      () => killed.activities.trainDistilled({ ...distil, epoch: 1 }),
      ({ phase, checkpoint }) => {
        if (phase === 'training' && checkpoint === 2) killed.signalTrainer('SIGKILL');
      },
    );
    await expect(attempt).rejects.toMatchObject({ type: failureTypes.trainerCrashed });
    const worker = await newWorker();
    const epoch = (number: number) => runActivity(() => worker.activities.trainDistilled({ ...distil, epoch: number }));
    const [one, two] = [await epoch(1), await epoch(2)];
    expect(worker.log).toContainEqual(expect.objectContaining({ msg: 'resuming', verdict: 'exact' }));
    expect(two.checkpoint.step).toBe(2 * one.checkpoint.step);
    // As `dermflow plan` counts them.
    const config = readFileSync(join(repositoryRoot, 'trainer/backbone/config.json'), 'utf8');
    const trainableParameters = distilledParameters(
      parseArchitecture(JSON.parse(config)),
      distil.recipe.distillation.adapters,
    );
    expect(worker.log).toContainEqual(expect.objectContaining({ msg: 'trainer started', trainableParameters }));
    expect(Object.keys(two.last)).toEqual(expect.arrayContaining(['sft_loss', 'distil_loss', 'eval_loss']));
    expect((await store.manifest(two.checkpoint)).facts).toMatchObject({
      stage: 'distill',
      trust: { verdict: 'exact' },
    });
    // Found again without a trainer.
    const before = worker.pids().length;
    expect(await epoch(1)).toEqual(one);
    expect(worker.pids()).toHaveLength(before);
    const exported = await runActivity(() =>
      worker.activities.exportAdapter({ recipe: short, model: distil.model, checkpoint: two.checkpoint }),
    );
    expect(Object.keys((await store.manifest(exported)).files)).toEqual([
      ...['LICENSE.md', 'README.md', 'adapter_config.json', 'adapter_model.safetensors', 'load_adapters.py'],
    ]);
  });
});

describe('SOREB', () => {
  it('asks for rewards by the physicians’ scores and keeps its baseline over milestones', async () => {
    const { name, schema } = artifactFiles.trajectories.train;
    const rows = (await readJsonLines(store, distil.narratives, name, schema)).map((row) => ({
      ...row,
      scores: byDimension(() => 4),
    }));
    const description = {
      kind: 'judgements',
      key: 'all',
      method: 'test/1',
      inputs: {},
      params: {},
      facts: {},
    } as const;
    const judgements = await commitFiles(store, description, {
      'train.jsonl': { data: toJsonLines(rows) },
      'validation.jsonl': { data: '' },
    });
    const dermeval = dermevalSchema.parse({
      ...{ lora, sft: { ...short.sft, epochs: 1 } },
      soreb: {
        ...{ learningRate: 1e-4, warmupRatio: 0, weightDecay: 0, maxGradNorm: 1 },
        ...{ gradientCheckpointing: false, perDeviceBatchSize: 4, promptsPerStep: 2, maxCompletionLength: 8 },
        ...{ steps: 2, milestones: [1, 2], saveEvery: 1, missingReward: -9 },
      },
    });
    const { activities } = await newWorker();
    const supervised = { ...data.sft, recipe: { seed, model: base, lora, sft: dermeval.sft } };
    const sft = await runActivity(() => activities.trainSft({ ...supervised, stage: 'dermeval-sft', epoch: 1 }));
    const input: Omit<SorebInput, 'stopAt'> = {
      ...{ recipe: { seed, model: base, dermeval }, model: distil.model },
      ...{ judgements, sft: sft.checkpoint },
    };
    const ends = [];
    for (const stopAt of [1, 2]) ends.push(await runActivity(() => activities.trainSoreb({ ...input, stopAt })));
    // The tiny model writes no scores, so that each text earns what is set for that.
    expect(ends.map(({ last }) => [last.reward, last.baseline, last['reward/agreement']])).toEqual([
      [-9, -9, -9],
      [-9, -9, -9],
    ]);
    expect((await store.manifest(ends[1]?.checkpoint ?? sft.checkpoint)).files).toHaveProperty('baseline.json');
  });
});
