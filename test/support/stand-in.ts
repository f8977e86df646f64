/** Training activities of a gpu worker whose trainer is the stand-in: a step takes milliseconds. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { toJsonLines } from '../../activities/json-lines.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { createTrainingActivities, type TrainingDependencies } from '../../activities/training/activities.ts';
import type { SftInput } from '../../domain/contracts/training.ts';
import { readEnvironment } from '../../platform/env.ts';
import { testImage } from './cases.ts';
import { demoRecipe } from './recipes.ts';

const standIn = fileURLToPath(new URL('./stand-in-trainer.ts', import.meta.url));

/** An epoch of `steps` steps of SFT, saved every `saveEvery`; its data are put into the store. */
export async function prepareEpoch(store: ArtifactStore, steps: number, saveEvery: number): Promise<SftInput> {
  const recipe = demoRecipe();
  const image = { ...testImage, ...(await store.putBlob('pixels')) };
  const rows = Array.from({ length: steps }, (_, i) => ({
    id: `t-${i}`,
    image,
    prompt: 'Which?',
    completion: 'melanoma',
  }));
  const description = {
    kind: 'trajectories',
    key: 'epoch',
    method: 'test/1',
    inputs: {},
    params: {},
    facts: {},
  } as const;
  const trajectories = await commitFiles(store, description, {
    'train.jsonl': { data: toJsonLines(rows) },
    'validation.jsonl': { data: '' },
  });
  return {
    recipe: { ...recipe, sft: { ...recipe.sft, epochs: 1, batchSize: 1, perDeviceBatchSize: 1, saveEvery } },
    model: { base: 'tiny', sha256: 'b'.repeat(64) },
    trajectories,
    rows: steps,
    epoch: 1,
  };
}

export interface StandInWorker {
  trainSft: ReturnType<typeof createTrainingActivities>['trainSft'];
  scratch: string;
  /** Every step that was trained, in order, over all attempts. */
  steps(): number[];
  log: { level: number; msg: string; [field: string]: unknown }[];
}

/** Below `folder`, which several workers of one machine may share. */
export async function createStandInWorker(
  store: ArtifactStore,
  folder: string,
  { stepMs = 30, ...more }: { stepMs?: number } & Partial<TrainingDependencies> = {},
): Promise<StandInWorker> {
  await mkdir(folder, { recursive: true });
  const [trainerPython, steps, scratch] = [join(folder, 'python'), join(folder, 'steps'), join(folder, 'scratch')];
  const set = `STAND_IN_STEP_MS=${stepMs} STAND_IN_STEPS=${steps}`;
  await writeFile(trainerPython, `#!/bin/sh\n${set} exec "${process.execPath}" "${standIn}" "$@"\n`);
  await chmod(trainerPython, 0o755);
  await writeFile(steps, '', { flag: 'a' });
  const log: StandInWorker['log'] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const environment = { ...readEnvironment({}), scratch, trainerPython };
  const { trainSft } = createTrainingActivities({ store, environment, logger, ...more });
  return {
    trainSft,
    scratch,
    steps: () => readFileSync(steps, 'utf8').split('\n').filter(Boolean).map(Number),
    log,
  };
}
