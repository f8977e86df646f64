/** The model under evaluation, as folders on this machine. */
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
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

/** Fetches the adapter of a checkpoint, or an exported one, and returns its folder; null for the base model. */
export async function fetchAdapter(
  store: ArtifactStore,
  checkpoint: ArtifactRef | null,
  folder: string,
): Promise<string | null> {
  if (!checkpoint) return null;
  const manifest = await materialise(store, checkpoint, folder, isAdapterFile);
  if (Object.keys(manifest.files).some(isAdapterFile)) return folder;
  throw corrupt(`${checkpoint.kind} ${checkpoint.key} holds no adapter; train this stretch again`);
}

/** A file of the policy's adapter in a full trainer state; neither the optimiser's nor the reference's, which has a folder. */
export const isAdapterFile = (name: string): boolean => /^adapter_[^/]+$/.test(name);
