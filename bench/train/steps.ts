/** What the background upload of checkpoints costs the steps of the trainer beside it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createS3Store } from '../../activities/store/s3.ts';
import { createTrainingActivities } from '../../activities/training/activities.ts';
import { readRecipeOf } from '../../cli/start/recipes.ts';
import type { SftInput, TrainingHeartbeat } from '../../domain/contracts/training.ts';
import type { Environment } from '../../platform/env.ts';
import { createLogger } from '../../platform/logger.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { prepareTraining } from '../../test/support/training.ts';
import { withBucket } from '../common/bucket.ts';
import { median } from '../common/median.ts';

const saveEvery = 4;
/** Short runs in turns, so that what else the machine does falls on both. */
const turnsPerRepeat = 4;

/** SFT of the demo's data, saved every few steps, with its checkpoints uploaded and with them left on the disk. */
export const compareSteps = (repeats: number, environment: Environment): Promise<void> =>
  withBucket(environment.s3, (client, settings) => compare(createS3Store(client, settings), repeats));

async function compare(s3: ArtifactStore, repeats: number): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'dermflow-bench-'));
  try {
    const demo = await readRecipeOf('skin-r1', 'demo');
    const changes = ['trajectories.types=[1]', 'trajectories.maxPerType=1000', 'sft.epochs=1'];
    const recipe = await readRecipeOf('skin-r1', 'demo', { set: [...changes, `sft.saveEvery=${saveEvery}`] });
    const { sft } = await prepareTraining(s3, recipe, scratch);
    const uploaded: number[] = [];
    const left: number[] = [];
    for (let turn = 0; turn < turnsPerRepeat * repeats; turn++) {
      // A seed of its own, so that no run is taken from the store.
      const input = { ...sft, epoch: 1, recipe: { ...recipe, seed: turn } };
      uploaded.push(...(await timeBetweenSaves(s3, input, scratch)));
      left.push(...(await timeBetweenSaves(withoutUploads(s3), input, scratch)));
    }
    const [withUpload, without] = [median(uploaded), median(left)];
    const step = without / saveEvery;
    console.log(`\n${left.length} checkpoints of SFT each, one every ${saveEvery} steps, in turns`);
    console.log(`uploaded beside the steps  ${withUpload.toFixed(0).padStart(5)} ms from one to the next`);
    console.log(`left on the disk           ${without.toFixed(0).padStart(5)} ms`);
    const lost = withUpload - without;
    const share = (100 * lost) / (step * demo.sft.saveEvery);
    console.log(
      `step time lost to an upload: ${lost.toFixed(0)} ms, ${share.toFixed(2)} % at the recipe's one in ${demo.sft.saveEvery} steps; medians`,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Data comes from the store; what is written goes nowhere. */
function withoutUploads(store: ArtifactStore): ArtifactStore {
  const memory = createMemoryStore();
  return {
    ...memory,
    putFile: async () => ({ sha256: '0'.repeat(64), bytes: 0 }),
    hasBlob: async () => true,
    getBlob: (ref) => store.getBlob(ref),
    getFile: (ref, path) => store.getFile(ref, path),
    manifest: (ref) => (ref.kind === 'checkpoint' || ref.kind === 'metrics' ? memory : store).manifest(ref),
  };
}

/** Milliseconds from the step after a save to the step after the next one; the first steps warm up. */
async function timeBetweenSaves(store: ArtifactStore, input: SftInput, scratch: string): Promise<number[]> {
  const environment = { ...ownEnvironment(), scratch };
  const { trainSft } = createTrainingActivities({ store, environment, logger: createLogger('bench', 'error') });
  const endedAt = new Map<number, number>();
  const activity = new MockActivityEnvironment();
  activity.on('heartbeat', ({ phase, step }: TrainingHeartbeat) => {
    if (phase === 'training' && !endedAt.has(step)) endedAt.set(step, performance.now());
  });
  await activity.run(() => trainSft(input));
  const saves = [...endedAt.keys()].filter((step) => step % saveEvery === 0);
  return saves.slice(1).map((step) => (endedAt.get(step) ?? 0) - (endedAt.get(step - saveEvery) ?? 0));
}
