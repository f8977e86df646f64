/** Real training of the shipped tiny model on a few generated images: seconds per stretch. */

import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { z } from 'zod';
import { createDatasetActivities } from '../../activities/datasets/activities.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createTrainingActivities, type TrainingDependencies } from '../../activities/training/activities.ts';
import { createTrajectoryActivities } from '../../activities/trajectories/activities.ts';
import type {
  GrpoInput,
  SftInput,
  StretchResult,
  TrainingActivities,
  TrainingHeartbeat,
} from '../../domain/contracts/training.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { readEnvironment } from '../../platform/env.ts';
import { askingNobody } from './llm.ts';
import { trainer } from './micro-model.ts';
import { demoRecipe } from './recipes.ts';

/** The demo's recipe with 4 steps per epoch of SFT, and 8 steps of GRPO, of 4 completions each, in two stretches. */
export function shortRecipe(): SkinR1Recipe {
  const demo = demoRecipe();
  return {
    ...demo,
    name: 'short',
    data: { ...demo.data, generate: { images: 40, textbook: 18, atypical: 0.25, atypicalTextbook: 0.1 } },
    trajectories: { ...demo.trajectories, types: [1], maxLlmCalls: 0, validationShare: 0.1 },
    sft: { ...demo.sft, epochs: 2, batchSize: 4, perDeviceBatchSize: 4, saveEvery: 1 },
    grpo: {
      ...demo.grpo,
      promptsPerStep: 1,
      perDeviceBatchSize: 4,
      steps: 8,
      milestones: [2, 8],
      rlOnlyMilestones: [4],
      saveEvery: 1,
    },
    evaluation: { ...demo.evaluation, maxItems: 2 },
  };
}

export interface TrainingData {
  sft: Omit<SftInput, 'epoch'>;
  grpo: Omit<GrpoInput, 'sft' | 'stopAt'>;
}

/** Runs the stages before training, into `store`. */
export async function prepareTraining(
  store: ArtifactStore,
  recipe: SkinR1Recipe,
  scratch: string,
): Promise<TrainingData> {
  const { logger } = trainer;
  const data = createDatasetActivities({ store, environment: { scratch, plugins: scratch }, logger });
  const { llm, settings } = askingNobody(store);
  const trajectories = createTrajectoryActivities({
    store,
    chooseLlm: () => llm,
    environment: { llm: settings, scratch },
    logger,
  });
  const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  const { questions, textbook } = await run(() => data.prepareData({ recipe }));
  const written = await run(() => trajectories.synthesiseTrajectories({ recipe, textbook }));
  const model = { base: 'tiny', sha256: 'b'.repeat(64) };
  return {
    sft: { recipe, model, trajectories: written.trajectories, rows: written.counts.train },
    grpo: { recipe, model, questions },
  };
}

export interface TrainingWorker {
  activities: TrainingActivities;
  /** Process ids of the trainers that were started, in order. */
  pids(): number[];
  /** Sends a signal to the newest trainer. */
  signalTrainer(signal: NodeJS.Signals): void;
  /** Log lines at warning level and above, and those about resuming. */
  log: { level: number; msg: string; [field: string]: unknown }[];
}

/** Training activities as a gpu worker has them, on a scratch folder of its own. Removed by `remove`. */
export async function createTrainingWorker(
  store: ArtifactStore,
  more: Partial<TrainingDependencies> = {},
  place: TrainingDependencies['environment']['trainer'] = readEnvironment({}).trainer,
): Promise<TrainingWorker & { folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-training-'));
  const [pids, python] = [join(folder, 'pids'), join(folder, 'python')];
  await writeFile(python, `#!/bin/sh\necho $$ >> '${pids}'\nexec '${trainer.python}' "$@"\n`);
  await chmod(python, 0o755);
  writeFileSync(pids, '');
  const log: TrainingWorker['log'] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const environment = {
    scratch: join(folder, 'scratch'),
    plugins: join(folder, 'plugins'),
    rewardTimeoutMs: 60_000,
    trainerPython: python,
    forksTrainers: readEnvironment(process.env).forksTrainers,
    trainer: place,
  };
  const started = (): number[] => readFileSync(pids, 'utf8').split('\n').filter(Boolean).map(Number);
  return {
    activities: createTrainingActivities({ store, environment, logger, ...more }),
    pids: started,
    signalTrainer: (signal) => void process.kill(started().at(-1) ?? Number.NaN, signal),
    log,
    folder,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs one activity; `onBeat` sees each heartbeat and may cancel. */
export function runActivity<T>(
  work: () => Promise<T>,
  onBeat: (beat: TrainingHeartbeat, environment: MockActivityEnvironment) => void = () => {},
): Promise<T> {
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', (beat: TrainingHeartbeat) => onBeat(beat, environment));
  return environment.run(work);
}

const trainerStateSchema = z.object({ epoch: z.number() });

/** Digests of what must be the same after an undisturbed and a disturbed run. */
export async function outcomeOf(store: ArtifactStore, { checkpoint, metrics }: StretchResult) {
  const { files } = await store.manifest(checkpoint);
  const digest = (name: string): string | undefined => files[name]?.sha256;
  const { 'usage.jsonl': _, ...logs } = (await store.manifest(metrics)).files;
  const state = files['trainer_state.json'];
  const { epoch } = trainerStateSchema.parse(
    state ? JSON.parse(Buffer.from(await store.getBlob(state)).toString('utf8')) : null,
  );
  return {
    step: checkpoint.step,
    epoch,
    adapter: digest('adapter_model.safetensors'),
    optimizer: digest('optimizer.pt'),
    log: digest('dermflow-metrics.jsonl'),
    metrics: logs,
  };
}
