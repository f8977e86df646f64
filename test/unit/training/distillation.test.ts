/** What decides the numbers of a distillation and of SOREB, and where a teacher's features come from. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readChunks, writeChunk } from '../../../activities/features/feature-chunks.ts';
import { distillJob, distilStretch, writeFeatures } from '../../../activities/training/jobs/distill.ts';
import { sorebStretch } from '../../../activities/training/jobs/soreb.ts';
import { digestOf } from '../../../domain/artifact.ts';
import type { DistilInput, SorebInput } from '../../../domain/contracts/training.ts';
import { distillJobSchema } from '../../../domain/jobs/distill.ts';
import { dermevalSchema } from '../../../domain/recipe/dermeval.ts';
import { distilSchema } from '../../../domain/recipe/distillation.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { testImage } from '../../support/cases.ts';
import { reference } from '../../support/fake-activities.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { demoRecipe } from '../../support/recipes.ts';

const { trainer: place } = readEnvironment({});
const { seed, model: base, lora, sft } = demoRecipe();
const recipe = { seed, model: base, distillation: distilSchema.parse({ saveEvery: 5, dermcotEpochs: 2 }) };
const model = { base: 'tiny', sha256: 'b'.repeat(64) };
const teacher = { encoder: digestOf('teacher'), form: 'patches' } as const;
const input: DistilInput = {
  ...{ stage: 'distillation', recipe, model, teacher, rows: 300, epoch: 2 },
  narratives: reference('trajectories', 'all'),
};
const keyOf = (change: Partial<DistilInput>): string => distilStretch({ ...input, ...change }, place).stageKey;
const folders = { stay: false, model: '/m', output: '/o', inputs: '/i', adapter: null, resume: null };

describe('a distillation', () => {
  it('has the published settings where a recipe says nothing', () =>
    expect(distilSchema.parse({ saveEvery: 5 })).toEqual({
      ...{ epochs: 10, dermcotEpochs: 0, batchSize: 128, perDeviceBatchSize: 4, saveEvery: 5 },
      ...{ learningRate: 1e-4, warmupRatio: 0.03, weightDecay: 0, maxGradNorm: 1 },
      adapters: {
        ...{ width: 1024, rank: 64, reads: 'picture', biasScale: 1.5, branch: null },
        weights: { sft: 1, distil: 0.1, auxiliary: 0.001, tone: 0.1 },
      },
    }));

  it('is cut in epochs, the last batch of each a smaller one', () =>
    expect(distilStretch(input, place)).toMatchObject({
      ...{ stage: 'distillation', method: 'distill/1', validates: true },
      ...{ maxSteps: 30, startAt: 3, stopAt: 6 },
    }));

  it('has one key for all epochs, and another with another teacher, none, or other settings', () => {
    const set = (change: object) => ({ recipe: { ...recipe, distillation: { ...recipe.distillation, ...change } } });
    expect(keyOf({ epoch: 1, ...set({ saveEvery: 1, dermcotEpochs: 0 }) })).toBe(keyOf({}));
    const others = [
      keyOf({ teacher: { ...teacher, encoder: digestOf('another') } }),
      keyOf({ teacher: { ...teacher, form: 'pooled' } }),
      keyOf({ stage: 'dermcot', teacher: null }),
      keyOf({ narratives: reference('trajectories', 'others') }),
      keyOf(set({ learningRate: 2e-4 })),
      keyOf(set({ adapters: { ...recipe.distillation.adapters, rank: 8 } })),
    ];
    expect(new Set([keyOf({}), ...others]).size).toBe(7);
  });

  it('without a teacher counts nothing of its loss, in a job that the trainer takes', () => {
    const given = { validates: false, features: null };
    const job = (stage: DistilInput['stage']) =>
      distillJobSchema.parse(
        distillJob({ stage, recipe }, distilStretch({ ...input, stage }, place), folders, place, given),
      );
    expect(job('dermcot')).toMatchObject({ distillation: { weights: { sft: 1, distil: 0 } }, plan: { maxSteps: 6 } });
    expect(job('distillation').distillation.weights.distil).toBe(0.1);
  });
});

describe("a teacher's features", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-features-'));
  afterAll(() => rm(folder, { recursive: true }));
  const store = createMemoryStore();
  const pictures = ['a', 'b', 'c', 'd'].map((name) => digestOf(name));
  const data = Float32Array.from({ length: 16 }, (_, i) => i + 1);
  await writeChunk(store, teacher, { shape: [4, 2], images: pictures.slice(0, 2), data });
  await writeChunk(store, teacher, { shape: [4, 2], images: pictures.slice(2, 3), data: data.slice(8) });
  const rows = (digests: string[]) =>
    digests.map((sha256, i) => ({ id: `r-${i}`, image: { ...testImage, sha256 }, prompt: '' }));
  const write = (name: string, digests: string[]) =>
    writeFeatures(store, teacher, rows(digests), join(folder, name), () => {});

  it('are put beside the rows as the store has them, the chunks alone that have a picture of theirs', async () => {
    const [, , third = ''] = pictures;
    const path = await write('one', [third, third]);
    const [name = '', ...more] = await readdir(path);
    expect([name, more]).toEqual(['00000000.bin', []]);
    const bytes = await readFile(join(path, name));
    const key = (await store.objectKeys(`features/1/${teacher.encoder.slice(0, 32)}/patches/`)).find((each) =>
      each.includes(digestOf(bytes)),
    );
    expect(key).toBeDefined();
    expect(await readdir(await write('both', pictures.slice(0, 3)))).toHaveLength(2);
  });

  it('are not made up where one is missing', async () => {
    const words = `the store has no features (patches) by teacher ${teacher.encoder.slice(0, 12)} of 1 of 4 pictures, e.g. ${pictures[3]}; let the teacher encode them again`;
    await expect(write('missing', pictures)).rejects.toThrow(words);
    for await (const chunk of readChunks(store, { ...teacher, form: 'pooled' }, () => {})) expect(chunk).toBeNull();
  });
});

describe('SOREB', () => {
  const soreb = {
    ...{ learningRate: 1e-5, warmupRatio: 0, weightDecay: 0, maxGradNorm: 1, gradientCheckpointing: false },
    ...{
      perDeviceBatchSize: 2,
      promptsPerStep: 4,
      maxCompletionLength: 64,
      steps: 20,
      milestones: [8, 20],
      saveEvery: 4,
    },
  };
  const parsed = (change: object) => dermevalSchema.parse({ lora, sft, soreb: { ...soreb, ...change } });
  const stretch = (change: object, stopAt = 20) => {
    const given: SorebInput = {
      ...{ recipe: { seed, model: base, dermeval: parsed(change) }, model, stopAt },
      ...{ judgements: reference('judgements', 'all'), sft: { ...reference('checkpoint', 'sft/step-4'), step: 4 } },
    };
    return sorebStretch(given, place);
  };

  it('has one key for all milestones, and another with another baseline or reward', () => {
    const key = stretch({}).stageKey;
    expect(stretch({ milestones: [4, 20], saveEvery: 1 }, 4).stageKey).toBe(key);
    const others = [{ baselineDecay: 0.5 }, { missingReward: 0 }, { steps: 30 }].map((each) => stretch(each).stageKey);
    expect(new Set([key, ...others]).size).toBe(4);
    expect(stretch({})).toMatchObject({ stage: 'dermeval', startAt: 8, stopAt: 20, maxSteps: 20, validates: false });
  });

  it.each([
    [{ milestones: [8, 21] }, 'a milestone lies beyond the plan'],
    [{ milestones: [8, 8] }, 'milestones must rise'],
    [{ perDeviceBatchSize: 3 }, 'perDeviceBatchSize must divide'],
  ])('refuses %o', (change, words) => expect(() => parsed(change)).toThrow(words));
});
