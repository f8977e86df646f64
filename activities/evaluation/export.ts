/** A checkpoint's ONNX export, made once for each set of image sizes. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { ExportOnnxJob } from '../../domain/jobs/export.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchPolicy, modelPath } from '../trainer/model-folders.ts';
import { runTrainerJob, type TrainerProcess } from '../trainer/trainer-job.ts';
import type { LocalModel } from './tested-model.ts';

const method = 'export-onnx/2';

interface ExportContext {
  store: ArtifactStore;
  trainer: TrainerProcess;
  scratch: string;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/** Exports with a vision graph for each image size that the items have. */
export async function exportOnnx(
  { model, checkpoint, seed, threads }: LocalModel & { seed: number; threads: number },
  items: Rows<{ image: ImageRef }>,
  { store, trainer, scratch, signal, onProgress }: ExportContext,
): Promise<ArtifactRef> {
  const imageSizes = await sizesOf(items);
  const inputs = { model: model.sha256, ...(checkpoint ? { checkpoint: checkpoint.sha256 } : {}) };
  const work = { kind: 'onnx', method, inputs, params: { imageSizes } } as const;
  // Around all, since the files are stored after they were made.
  return withScratchFolder(scratch, 'export', (folder) =>
    commitOnce(store, work, async () => {
      const output = join(folder, 'model');
      const adapter = await fetchPolicy(store, checkpoint, join(folder, 'adapter'));
      const job: ExportOnnxJob = {
        schema: 1,
        job: 'export-onnx',
        seed,
        threads,
        precision: 'fp32',
        model: modelPath(model),
        output,
        adapter,
        imageSizes,
      };
      await runTrainerJob(trainer, job, { folder, signal, onProgress });
      return { facts: { imageSizes }, files: await sourcesBelow(output) };
    }),
  );
}

/** [height, width] of the images, sorted. */
async function sizesOf(items: Rows<{ image: ImageRef }>): Promise<ExportOnnxJob['imageSizes']> {
  const bySize = new Map<string, [number, number]>();
  for await (const { image } of items) bySize.set(`${image.height}x${image.width}`, [image.height, image.width]);
  return [...bySize.values()].toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
}

async function sourcesBelow(folder: string): Promise<Record<string, { path: string }>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(folder, path), { path }]));
}
