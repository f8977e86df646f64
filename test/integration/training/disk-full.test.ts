import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { mountTinyDisk } from '../../support/tiny-disk.ts';
import { createTrainingWorker, prepareTraining, runActivity, shortRecipe } from '../../support/training.ts';

/** Room for rows and images, not for a checkpoint of 6.6 MB. */
const disk = mountTinyDisk(5);
afterAll(() => disk?.remove());

describe.skipIf(disk === null)('training on a disk that fills up', () => {
  it('is Unavailable, which is retried, and says what to do', async () => {
    const scratch = disk?.path ?? '';
    const store = createMemoryStore();
    const { folder, remove } = await createTrainingWorker(store);
    const data = await prepareTraining(store, shortRecipe(), folder);
    const environment = { ...readEnvironment({}), scratch, trainerPython: `${folder}/python` };
    const full = await createTrainingWorker(store, { environment });
    await expect(runActivity(() => full.activities.trainSft({ ...data.sft, epoch: 1 }))).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringContaining('DERMFLOW_SCRATCH'),
    });
    expect(readdirSync(scratch)).toEqual([]);
    await Promise.all([remove(), full.remove()]);
  });
});
