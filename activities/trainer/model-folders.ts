/** The model under evaluation, as folders on this machine. */
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { isAdapterFile } from '../../domain/models/peft.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { materialise } from '../store/commit.ts';

const shippedModel = fileURLToPath(new URL('../../trainer/backbone', import.meta.url));

/**
 * What the trainer loads: the shipped model's folder, another folder (`~/` is the home of this process's user), or a hub
 * id with its commit. Throws a user's mistake for another user's home, which only a shell knows.
 */
export function modelPath({ base }: ModelRef): string {
  if (base === 'tiny') return shippedModel;
  if (/^~[^/]/.test(base)) throw userMistake(`model.base: ${base}: give the whole path of the folder`);
  return base.replace(/^~(?=\/|$)/, () => homedir());
}

/**
 * Fetches what a checkpoint or an exported model answers by, its adapter or after full fine-tuning its own weights, and
 * returns the folder; null for the base model. The trainer sees by the files which of the two it is.
 */
export async function fetchPolicy(
  store: ArtifactStore,
  checkpoint: ArtifactRef | null,
  folder: string,
): Promise<string | null> {
  if (!checkpoint) return null;
  const names = Object.keys((await store.manifest(checkpoint)).files);
  if (!names.some(isAdapterFile) && !isWhole(names)) {
    throw corrupt(`${checkpoint.kind} ${checkpoint.key} holds no adapter and no model; train this stretch again`);
  }
  await materialise(store, checkpoint, folder, isWhole(names) ? isModelFile : isAdapterFile);
  return folder;
}

/** Whether these are files of a model of its own, as full fine-tuning saves it. */
export const isWhole = (names: readonly string[]): boolean =>
  names.includes('config.json') && names.some((name) => isModelFile(name) && name.endsWith('.safetensors'));

/** Weights, their index, and the configurations that say what they are. */
const isModelFile = (name: string): boolean =>
  /^(model[^/]*\.safetensors(\.index\.json)?|config\.json|generation_config\.json)$/.test(name);

/** Of a model and its processor, as `from_pretrained` reads a folder; nothing of a trainer's state. */
export const isPublicFile = (name: string): boolean =>
  isModelFile(name) ||
  /^((tokenizer|preprocessor|processor|video_preprocessor)[^/]*|special_tokens_map|added_tokens|vocab)\.json$|^merges\.txt$|^chat_template\.[^/]+$/.test(
    name,
  );
