/** A base and an adapter made one model, by the trainer on this machine. */
import { mkdir, readdir } from 'node:fs/promises';
import { userMistake } from '../../domain/failures.ts';
import type { MergeJob } from '../../domain/jobs/export.ts';
import { withScratchFolder } from '../scratch.ts';
import { modelPath } from './model-folders.ts';
import { runTrainerJob, type TrainerProcess } from './trainer-job.ts';

/** @param to an empty folder, or none yet */
export async function mergeAdapter(
  trainer: TrainerProcess,
  { base, adapter, to, precision, threads }: Pick<MergeJob, 'adapter' | 'precision' | 'threads'> & MergePlace,
  scratch: string,
): Promise<void> {
  await requireEmpty(to);
  await withScratchFolder(scratch, 'merge', async (folder) => {
    const model = modelPath({ base, sha256: '' });
    const job: MergeJob = { schema: 1, job: 'merge', seed: 0, threads, precision, model, adapter, output: to };
    await runTrainerJob(trainer, job, { folder });
  });
}

interface MergePlace {
  base: string;
  to: string;
}

/** Makes the folder. What lies in it already would be taken for the model's. */
export async function requireEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [first] = await readdir(folder);
  if (first !== undefined) throw userMistake(`--to ${folder}: is not empty (${first}); give a folder of its own`);
}
