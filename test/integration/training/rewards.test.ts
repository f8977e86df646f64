/** GRPO on S3 that goes away and comes back, and what the trainer logs of its rewards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import type { StretchResult } from '../../../domain/contracts/training.ts';
import { type Question, questionSchema } from '../../../domain/questions/question.ts';
import { metricsLineSchema, usageLineSchema } from '../../../domain/report/training-log.ts';
import { scoreCompletion } from '../../../domain/rewards/rewards.ts';
import { writeFiles } from '../../support/datasets.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';
import {
  createTrainingWorker,
  prepareTraining,
  runActivity,
  shortRecipe,
  type TrainingData,
} from '../../support/training.ts';

const sampleSchema = z.object({
  step: z.int(),
  id: z.string(),
  completion: z.string(),
  components: z.record(z.string(), z.number()),
});

let server: S3Server;
let store: ArtifactStore;
let worker: Awaited<ReturnType<typeof createTrainingWorker>>;
let data: TrainingData;
let result: StretchResult;
const short = shortRecipe();
const plugin = { file: 'brevity.ts', name: 'brevity' };
const recipe = { ...short, rewards: { ...short.rewards, plugin } };
/** The reward of the plug-in file. */
const brevity = (completion: string): number => (completion.length % 7) / 70;
const steps = 4;

beforeAll(async () => {
  server = await startS3Server();
  store = server.newStore();
  worker = await createTrainingWorker(store);
  const text = 'export const brevity = ({ completion }: { completion: string }) => (completion.length % 7) / 70;';
  await writeFiles(worker.folder, { 'plugins/brevity.ts': text });
  data = await prepareTraining(store, recipe, worker.folder);
});
afterAll(async () => {
  await worker?.remove();
  await server?.remove();
});

describe('GRPO', () => {
  it('goes on while S3 is away, and uploads when it is back', async () => {
    let outage: Promise<void> | null = null;
    let back: Promise<void> | null = null;
    const seen: string[] = [];
    const reasons = new Set<string | null>();
    const beginOutage = async (): Promise<void> => {
      // Held while the server ends, which takes longer than the training.
      worker.signalTrainer('SIGSTOP');
      await server.stop();
      worker.signalTrainer('SIGCONT');
    };
    result = await runActivity(
      () => worker.activities.trainGrpo({ ...data.grpo, sft: null, stopAt: steps }),
      ({ phase, step, waitsFor }) => {
        seen.push(`${phase} ${step}`);
        reasons.add(waitsFor);
        if (step === 1) outage ??= beginOutage();
        if (phase === 'uploading') back ??= server.start();
      },
    );
    await Promise.all([outage, back]);
    expect(seen).toContain(`uploading ${steps}`);
    expect([...reasons]).toContainEqual(expect.stringContaining('cannot be reached'));
    expect(worker.log).toContainEqual(
      expect.objectContaining({ msg: 'checkpoint waits for the store; training goes on' }),
    );
    expect(result.checkpoint.step).toBe(steps);
    expect(worker.pids()).toHaveLength(1);
  });

  it('logs the rewards that TypeScript computes from the stored completions, item by item and on average', async () => {
    const questions = await readJsonLines(store, data.grpo.questions, 'train.jsonl', questionSchema);
    const byId = new Map(questions.map((question) => [question.id, question]));
    const samples = await readJsonLines(store, result.metrics, 'samples.jsonl', sampleSchema);
    expect(samples).toHaveLength(4 * steps);
    const score = (id: string, completion: string) => ({
      ...scoreCompletion(completion, byId.get(id) as Question, recipe.rewards), // ids are those of the questions
      brevity: brevity(completion),
    });
    for (const { id, completion, components } of samples) expect(components).toEqual(score(id, completion));

    const rows = await readJsonLines(store, result.metrics, 'metrics.jsonl', metricsLineSchema);
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    for (const { step, values } of rows) {
      const scores = samples
        .filter((sample) => sample.step === step)
        .map(({ id, completion }) => score(id, completion));
      for (const name of ['format', 'granularity', 'malignancy', 'brevity'] as const) {
        const mean = scores.reduce((sum, parts) => sum + parts[name], 0) / scores.length;
        expect(values[`reward/${name}`]).toBeCloseTo(mean, 6);
      }
    }
    // Else the comparison would hold for a model that earns nothing.
    expect(rows.some(({ values }) => (values['reward/granularity'] ?? 0) > 0)).toBe(true);
  });

  it('keeps speed and memory of each step apart from what the seed decides', async () => {
    const usage = await readJsonLines(store, result.metrics, 'usage.jsonl', usageLineSchema);
    expect(usage.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    for (const { step, tokensPerSecond, memoryBytes } of usage) {
      if (step > 1) expect(tokensPerSecond).toBeGreaterThan(0);
      expect(memoryBytes).toBeGreaterThan(2 ** 28);
    }
  });
});
