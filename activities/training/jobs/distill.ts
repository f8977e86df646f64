/** A dual distillation: what decides its numbers, its job, and the teacher's features beside its pictures. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DistilInput, TeacherRef } from '../../../domain/contracts/training.ts';
import { corrupt } from '../../../domain/failures.ts';
import type { DistillJob } from '../../../domain/jobs/distill.ts';
import type { DistillationSettings } from '../../../domain/jobs/distillation.ts';
import { sftBatches } from '../../../domain/plan/batches.ts';
import { stages } from '../../../domain/stages/index.ts';
import type { TrainerPlace } from '../../../platform/env.ts';
import { bytesOfChunk, readChunks } from '../../features/feature-chunks.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Rows } from '../../rows.ts';
import { type JobFolders, rowsInput } from '../job-folders.ts';
import type { RowSource } from '../rows.ts';
import type { Stretch } from '../stretch-context.ts';
import { anyJob, computedWith, epochOf, pinned, planned, withStageKey } from './common.ts';

type Settings = Pick<DistilInput, 'stage' | 'recipe'>;

/** Without a teacher its loss counts nothing. */
function adaptersOf({ stage, recipe: { distillation } }: Settings): DistillationSettings {
  const { adapters } = distillation;
  return stage === 'distillation' ? adapters : { ...adapters, weights: { ...adapters.weights, distil: 0 } };
}

/** An epoch. The key of all epochs knows the teacher by its digest, from which and from the pictures its features follow. */
export function distilStretch(
  { model, narratives, rows, teacher, epoch, ...settings }: DistilInput,
  place: Pick<TrainerPlace, 'attention'>,
): Stretch {
  const { stage, recipe } = settings;
  const { saveEvery: _, epochs: __, dermcotEpochs: ___, adapters: ____, ...own } = recipe.distillation;
  const epochs = stages[stage].ends(recipe).length;
  const { stepsPerEpoch: steps } = sftBatches(rows, own.batchSize);
  return {
    stage,
    ...withStageKey({
      method: 'distill/1',
      inputs: {
        model: model.sha256,
        narratives: narratives.sha256,
        ...(teacher ? { teacher: teacher.encoder } : {}),
      },
      params: {
        distillation: { ...own, epochs },
        adapters: adaptersOf(settings),
        ...(teacher ? { features: teacher.form } : {}),
        ...computedWith(recipe, place),
      },
    }),
    ...pinned(model),
    validates: true,
    ...epochOf(epoch, epochs, steps),
  };
}

export const distillJob = (
  settings: Settings,
  stretch: Stretch,
  folders: JobFolders,
  place: TrainerPlace,
  given: { validates: boolean; features: string | null },
): DistillJob => ({
  ...anyJob(settings.recipe, folders, place),
  ...planned(settings.recipe.distillation, stretch, folders),
  job: 'distill',
  validation: given.validates ? rowsInput(folders, 'validation') : null,
  batchSize: settings.recipe.distillation.batchSize,
  features: given.features,
  distillation: adaptersOf(settings),
});

/**
 * Puts the teacher's features of the rows' pictures in a folder, and returns it. Throws where one is not in the store:
 * nothing stands in for it.
 */
export async function writeFeatures(
  store: ArtifactStore,
  teacher: TeacherRef,
  rows: Rows<RowSource>,
  folder: string,
  onDamaged: (key: string) => void,
): Promise<string> {
  await mkdir(folder);
  const missing = new Set<string>();
  for await (const { image } of rows) missing.add(image.sha256);
  const total = missing.size;
  let files = 0;
  for await (const chunk of readChunks(store, teacher, onDamaged)) {
    const before = missing.size;
    for (const sha256 of chunk.images) missing.delete(sha256);
    if (missing.size === before) continue;
    await writeFile(join(folder, `${String(files++).padStart(8, '0')}.bin`), bytesOfChunk(teacher, chunk));
  }
  if (missing.size === 0) return folder;
  throw corrupt(
    `the store has no features (${teacher.form}) by teacher ${teacher.encoder.slice(0, 12)} of ${missing.size} of ${total} pictures, e.g. ${[...missing][0]}; let the teacher encode them again`,
  );
}
