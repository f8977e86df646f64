/** Encoders in the store: one of the user's own, or the vision tower of the model that ships with Dermflow. */
import { join } from 'node:path';
import { type ArtifactRef, canonicalJson, digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { corrupt } from '../../domain/failures.ts';
import type { ExportEncoderJob } from '../../domain/jobs/export.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { materialise, readJson } from '../store/commit.ts';
import { identifyModel } from '../trainer/base-model.ts';
import { modelPath } from '../trainer/model-folders.ts';
import { runTrainerJob, type TrainerProcess } from '../trainer/trainer-job.ts';
import { openImageEncoder } from './encoder.ts';
import type { KnownEncoder } from './features-of.ts';

const method = 'export-encoder/2';
/** Of the demo's pictures; others are stretched to it. */
const side = 112;
const { encoder: settingsFile } = artifactFiles.onnx;
const isGraph = (name: string): boolean => name.endsWith('.onnx');

export interface ExportContext {
  store: ArtifactStore;
  trainer: TrainerProcess;
  scratch: string;
  signal: AbortSignal;
}

/** The vision tower of the tiny model, exported once in the life of a store. */
export async function shippedEncoder({ store, trainer, scratch, signal }: ExportContext): Promise<ArtifactRef> {
  const model = await identifyModel('tiny', { python: trainer.python, run: null });
  const work = { kind: 'onnx', method, inputs: { model: model.sha256 }, params: { side } } as const;
  // Around all, since the files are stored after they were made.
  return withScratchFolder(scratch, 'encoder', (folder) =>
    commitOnce(store, work, async () => {
      const output = join(folder, 'encoder');
      const job: ExportEncoderJob = {
        ...{ schema: 1, job: 'export-encoder', seed: 0, threads: 1, precision: 'fp32' },
        ...{ model: modelPath(model), output, side },
      };
      await runTrainerJob(trainer, job, { folder, signal });
      const names = ['encoder.onnx', settingsFile.name];
      return { facts: { side }, files: Object.fromEntries(names.map((name) => [name, { path: join(output, name) }])) };
    }),
  );
}

/**
 * An encoder out of the store. Its digest is that of its files' digests, settings among them, so that the same encoder
 * has one, whatever it is called.
 *
 * @param folder of its own, where its files are put when it is opened
 */
export async function storedEncoder(
  store: ArtifactStore,
  encoder: ArtifactRef,
  folder: string,
  threads: number,
): Promise<KnownEncoder> {
  const { files } = await store.manifest(encoder);
  const graph = Object.keys(files).find(isGraph);
  if (graph === undefined) throw corrupt(`${encoder.kind} ${encoder.key} holds no encoder`);
  const settings = await readJson(store, encoder, settingsFile.name, settingsFile.schema);
  const digests = Object.entries(files).flatMap(([name, { sha256 }]) =>
    name === settingsFile.name ? [] : [[name === graph ? 'graph' : name, sha256]],
  );
  return {
    digest: digestOf(canonicalJson({ files: Object.fromEntries(digests), settings })),
    open: async () => {
      await materialise(store, encoder, folder);
      const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
      return openImageEncoder({ path: join(folder, graph), bytes, settings, name: `encoder ${graph}` }, threads);
    },
  };
}
