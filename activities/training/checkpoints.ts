/** Checkpoints in the store: the manifests there are the truth about what can be resumed. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Json, Manifest } from '../../domain/artifact.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { checkpointKey, stepOfCheckpointKey } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { commitFiles, materialise } from '../store/commit.ts';
import { type CheckpointFacts, checkpointFactsSchema } from './checkpoint-facts.ts';
import type { SealedCheckpoint } from './seal.ts';

export interface CheckpointWork {
  /** Digest of the stage's inputs and settings, shared by all its stretches. */
  stageKey: string;
  method: string;
  inputs: Record<string, string>;
  params: Json;
}

/** A checkpoint on this machine's disk to resume from. */
export interface RestoredCheckpoint {
  step: number;
  /** Null while the store does not have it: then it is `unsaved`. */
  ref: CheckpointRef | null;
  unsaved: SealedCheckpoint | null;
  folder: string;
  facts: CheckpointFacts;
  files: string[];
}

/** Stores a checkpoint's files, then its manifest. The first writer's stands. */
export async function commitCheckpoint(
  store: ArtifactStore,
  { stageKey, method, inputs, params }: CheckpointWork,
  { step, folder, facts, files }: Pick<SealedCheckpoint, 'step' | 'folder' | 'facts' | 'files'>,
): Promise<CheckpointRef> {
  const description = {
    kind: 'checkpoint',
    key: checkpointKey(stageKey, step),
    method,
    inputs,
    params,
    facts,
  } as const;
  const sources = Object.entries(files).map(([name, known]) => [name, { path: join(folder, name), known }] as const);
  return { ...(await commitFiles(store, description, Object.fromEntries(sources))), step };
}

/** Steps of a stage's checkpoints up to `limit`, the highest number first (1500 before 500). */
export async function checkpointSteps(store: ArtifactStore, stageKey: string, limit: number): Promise<number[]> {
  const keys = await store.keys('checkpoint', `${stageKey}/`);
  return keys
    .map(stepOfCheckpointKey)
    .filter((step) => step <= limit)
    .toSorted((a, b) => b - a);
}

/** Step of the newest checkpoint that the store has of a stage, null where it has none. */
export const newestStep = async (store: ArtifactStore, stageKey: string): Promise<number | null> =>
  (await checkpointSteps(store, stageKey, Number.POSITIVE_INFINITY))[0] ?? null;

/**
 * Downloads the newest checkpoint up to `limit` whose bytes are all as their digests say. One that is damaged or
 * incomplete is logged and passed over; null if none is left.
 */
export async function restoreNewestValid(
  store: ArtifactStore,
  stageKey: string,
  limit: number,
  folder: (step: number) => string,
  logger: Logger,
): Promise<RestoredCheckpoint | null> {
  for (const step of await checkpointSteps(store, stageKey, limit)) {
    const ref = await store.find('checkpoint', checkpointKey(stageKey, step));
    if (!ref) continue;
    try {
      const manifest = await materialise(store, ref, folder(step));
      const facts = checkpointFactsSchema.parse(manifest.facts);
      return {
        ...{ step, ref: { ...ref, step }, unsaved: null },
        ...{ folder: folder(step), facts, files: Object.keys(manifest.files) },
      };
    } catch (error) {
      if (!(error instanceof DermflowError) || error.type !== failureTypes.corrupt) throw error;
      logger.warn({ step, stageKey, reason: error.message }, 'checkpoint is damaged, taking the one before');
    }
  }
  return null;
}

/** Whether every file that the manifest names is in the store, by its size. Its digest is checked when it is read. */
export async function hasAllFiles(store: ArtifactStore, { files }: Manifest): Promise<boolean> {
  const present = await Promise.all(Object.values(files).map((blob) => store.hasBlob(blob)));
  return present.every(Boolean);
}
