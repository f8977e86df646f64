/** Checkpoints in the store: the manifests there are the truth about what can be resumed. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Json } from '../../domain/artifact.ts';
import type { CheckpointRef } from '../../domain/contracts.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { checkpointKey, stepOfCheckpointKey } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { commitFiles, materialise } from '../store/commit.ts';

/** What was logged up to a checkpoint, from step 1 of the stage; kept inside it so that a resumed run loses nothing. */
export const metricsFile = 'dermflow-metrics.jsonl';
export const samplesFile = 'dermflow-samples.jsonl';

/** `training_args.bin` is a pickle that names this machine's paths; the trainer does not need it to resume. */
const leftOut = ['training_args.bin', 'README.md'];

export interface CheckpointWork {
  /** Digest of the stage's inputs and settings, shared by all its stretches. */
  stageKey: string;
  method: string;
  inputs: Record<string, string>;
  params: Json;
}

export interface LocalCheckpoint {
  step: number;
  folder: string;
  facts: Json;
  metrics: string;
  samples: string;
}

/** The facts that every checkpoint's manifest states. */
export const checkpointFactsSchema = z.looseObject({
  step: z.int(),
  exact: z.boolean(),
  values: z.record(z.string(), z.number().nullable()),
});

/** Stores a checkpoint's files, then its manifest. The first writer's stands. */
export async function commitCheckpoint(
  store: ArtifactStore,
  work: CheckpointWork,
  { step, folder, facts, metrics, samples }: LocalCheckpoint,
): Promise<CheckpointRef> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !leftOut.includes(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const { method, inputs, params } = work;
  const description = {
    kind: 'checkpoint',
    key: checkpointKey(work.stageKey, step),
    method,
    inputs,
    params,
    facts,
  } as const;
  const ref = await commitFiles(store, description, {
    ...Object.fromEntries(names.map((name) => [name, { path: join(folder, name) }])),
    [metricsFile]: { data: metrics },
    [samplesFile]: { data: samples },
  });
  return { ...ref, step };
}

/** Steps of a stage's checkpoints up to `limit`, the highest number first (1500 before 500). */
export async function checkpointSteps(store: ArtifactStore, stageKey: string, limit: number): Promise<number[]> {
  const keys = await store.keys('checkpoint', `${stageKey}/`);
  return keys
    .map(stepOfCheckpointKey)
    .filter((step) => step <= limit)
    .toSorted((a, b) => b - a);
}

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
): Promise<{ ref: CheckpointRef; folder: string } | null> {
  for (const step of await checkpointSteps(store, stageKey, limit)) {
    const ref = await store.find('checkpoint', checkpointKey(stageKey, step));
    if (!ref) continue;
    try {
      await materialise(store, ref, folder(step));
      return { ref: { ...ref, step }, folder: folder(step) };
    } catch (error) {
      if (!(error instanceof DermflowError) || error.type !== failureTypes.corrupt) throw error;
      logger.warn({ step, stageKey, reason: error.message }, 'checkpoint is damaged, taking the one before');
    }
  }
  return null;
}
