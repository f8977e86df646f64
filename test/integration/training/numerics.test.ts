/** A resume where the machine computes in another way is told to be approximate, with its reason. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkpointFactsSchema } from '../../../activities/training/checkpoint-facts.ts';
import type { StretchResult } from '../../../domain/contracts/training.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  createTrainingWorker,
  prepareTraining,
  runActivity,
  shortRecipe,
  type TrainingData,
} from '../../support/training.ts';

type Worker = Awaited<ReturnType<typeof createTrainingWorker>>;

const objects = new Map<string, Uint8Array>();
let worker: Worker;
let data: TrainingData;
let first: StretchResult;

beforeAll(async () => {
  const store = createMemoryStore(objects);
  worker = await createTrainingWorker(store);
  data = await prepareTraining(store, shortRecipe(), worker.folder);
  first = await runActivity(() => worker.activities.trainSft({ ...data.sft, epoch: 1 }));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => worker.remove());

/** The second epoch, in a store of its own that holds the first. */
async function goOn(): Promise<{ verdict: string; reasons: string[]; digest: string | undefined }> {
  const store = createMemoryStore(new Map(objects));
  const other = await createTrainingWorker(store);
  try {
    const { checkpoint } = await runActivity(() => other.activities.trainSft({ ...data.sft, epoch: 2 }));
    const { facts, files } = await store.manifest(checkpoint);
    const { trust } = checkpointFactsSchema.parse(facts);
    return { ...trust, digest: files['adapter_model.safetensors']?.sha256 };
  } finally {
    await other.remove();
  }
}

describe('a resumed stretch', () => {
  let undisturbed: string | undefined;

  it('is exact where everything is as it was', async () => {
    const { verdict, reasons, digest } = await goOn();
    expect([verdict, reasons]).toEqual(['exact', []]);
    undisturbed = digest;
  });

  it.each([
    ['ATEN_CPU_CAPABILITY', 'default', /^instruction set: \S+ then, (DEFAULT|NO AVX) now$/],
    ['ONEDNN_MAX_CPU_ISA', 'SSE41', /^ONEDNN_MAX_CPU_ISA: absent then, SSE41 now$/],
  ])('is approximate with %s=%s', async (name, value, reason) => {
    vi.stubEnv(name, value);
    const { verdict, reasons, digest } = await goOn();
    expect(verdict).toBe('approximate');
    expect(reasons).toContainEqual(expect.stringMatching(reason));
    // Why it matters: such a run ends with other bytes.
    expect(digest).not.toBe(undisturbed);
  });

  it('belongs to another stage with another attention', async () => {
    const store = createMemoryStore(new Map(objects));
    const other = await createTrainingWorker(store, {}, { ...readEnvironment({}).trainer, attention: 'eager' });
    try {
      const { checkpoint } = await runActivity(() => other.activities.trainSft({ ...data.sft, epoch: 1 }));
      expect(checkpoint.key).not.toBe(first.checkpoint.key);
      const { environment } = checkpointFactsSchema.parse((await store.manifest(checkpoint)).facts);
      expect(environment.numerics.attention).toBe('eager');
    } finally {
      await other.remove();
    }
  });
});
