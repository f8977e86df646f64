/** A model of this project as it is known to answers, and opened to be asked: base, adapter, or an ONNX export. */
import { join } from 'node:path';
import { type ArtifactRef, canonicalJson, digestOf, type Json } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { corrupt } from '../../domain/failures.ts';
import { isAdapterFile } from '../../domain/models/peft.ts';
import { openOnnxModel } from '../inference/onnx-runner.ts';
import { createTransformersRunner } from '../inference/transformers-runner.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { materialise, readJson } from '../store/commit.ts';
import { fetchPolicy, isWhole, modelPath } from '../trainer/model-folders.ts';
import type { TrainerProcess } from '../trainer/trainer-job.ts';

/** Of a base alone, or with an adapter out of a checkpoint or an adapter's own artifact. */
export interface LocalModel {
  model: ModelRef;
  checkpoint: ArtifactRef | null;
}

const { config } = artifactFiles.adapter;
/** Fields of PEFT's configuration that say where the base was found. */
const places = ['base_model_name_or_path', 'revision'];

/**
 * By the digests of the weights, whatever the model is called: a checkpoint and the adapter exported from it are one
 * model, which is asked once.
 */
export async function identifyLocal(store: ArtifactStore, { model, checkpoint }: LocalModel): Promise<Json> {
  return { base: model.sha256, adapter: checkpoint && (await identifyAdapter(store, checkpoint)) };
}

async function identifyAdapter(store: ArtifactStore, checkpoint: ArtifactRef): Promise<Json> {
  const manifest = await store.manifest(checkpoint);
  const names = Object.keys(manifest.files);
  const isWeight = isWhole(names)
    ? (name: string) => /^model[^/]*\.safetensors$/.test(name)
    : (name: string) => isAdapterFile(name) && name !== config.name;
  const weights = Object.entries(manifest.files)
    .filter(([name]) => isWeight(name))
    .map(([name, { sha256 }]) => [name, sha256]);
  // What a model of its own computes with its weights, its base says.
  if (isWhole(names)) return { weights: Object.fromEntries(weights) };
  if (weights.length === 0) throw corrupt(`${checkpoint.kind} ${checkpoint.key} holds no adapter`);
  const settings = await readJson(store, manifest, config.name, config.schema);
  const kept = Object.fromEntries(Object.entries(settings).filter(([name]) => !places.includes(name)));
  return { weights: Object.fromEntries(weights), settings: digestOf(canonicalJson(kept)) };
}

/** @param folder of its own, where its files are put */
export async function openExport(
  store: ArtifactStore,
  onnx: ArtifactRef,
  folder: string,
  threads: number,
): Promise<ModelRunner> {
  await materialise(store, onnx, join(folder, 'onnx'));
  return openOnnxModel(join(folder, 'onnx'), { threads });
}

/** The same by Transformers, without an export. */
export async function openLocal(
  { store, trainer }: { store: ArtifactStore; trainer: TrainerProcess },
  { model, checkpoint }: LocalModel,
  settings: { seed: number; threads: number; precision: 'fp32' | 'bf16' },
  folder: string,
): Promise<ModelRunner> {
  const adapter = await fetchPolicy(store, checkpoint, join(folder, 'adapter'));
  return createTransformersRunner(trainer, { model: modelPath(model), adapter, ...settings, scratch: folder });
}

/** An export of one's own, by its files. */
export async function identifyExport(store: ArtifactStore, onnx: ArtifactRef): Promise<Json> {
  const { files } = await store.manifest(onnx);
  return {
    onnx: digestOf(canonicalJson(Object.fromEntries(Object.entries(files).map(([name, b]) => [name, b.sha256])))),
  };
}
