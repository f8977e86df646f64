/**
 * Frees the store of resume checkpoints that nobody needs any more. The store is shared by runs that do not know of
 * each other, so the order of the steps is the safety:
 *
 * 1. A checkpoint that any manifest names as its input stays: milestones, ends of epochs, what was evaluated or exported.
 * 2. Manifests go first. From then on nobody finds the checkpoint; its bytes are still there.
 * 3. Names are read again. A run that adopted the checkpoint meanwhile has written its name before it looked whether the
 *    checkpoint still stands (`conclude` in stretch.ts), so either it saw the removal and trains again, or its name is
 *    seen here and the manifest is put back.
 * 4. Of the large blobs, those go that no manifest names. Small ones (schedules, tokenizer) are the ones that unrelated
 *    stages have in common, and cost nothing.
 *
 * One race remains: another stage that makes the very same weights, finds them stored and commits only after step 4.
 * Its checkpoint then lacks a file, which `restoreNewestValid` and `findComplete` notice: time is lost, never the result.
 */
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { type ArtifactRef, artifactKinds, type Manifest } from '../../domain/artifact.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { stepOfCheckpointKey } from '../../domain/names.ts';
import { expendable } from '../../domain/retention.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

const readsInFlight = 8;
/** In bytes; optimizer states and adapters of real models are hundreds of megabytes. */
const worthFreeing = 2 ** 20;

interface Found {
  ref: ArtifactRef;
  manifest: Manifest;
}

/** Returns the steps that were removed. */
export async function retireCheckpoints(store: ArtifactStore, stageKey: string, logger: Logger): Promise<number[]> {
  const before = await readManifests(store);
  const own = before.filter(({ ref }) => ref.kind === 'checkpoint' && ref.key.startsWith(`${stageKey}/`));
  const names = namesIn(before);
  const named = own.filter(({ ref }) => names.has(ref.sha256)).map(({ ref }) => stepOfCheckpointKey(ref.key));
  const goes = new Set(
    expendable(
      own.map(({ ref }) => stepOfCheckpointKey(ref.key)),
      new Set(named),
    ),
  );
  const removed = own.filter(({ ref }) => goes.has(stepOfCheckpointKey(ref.key)));
  if (removed.length === 0) return [];

  for (const { ref } of removed) await store.remove(ref);
  const adopted = namesIn(await readManifests(store));
  for (const { ref, manifest } of removed) if (adopted.has(ref.sha256)) await store.commit(manifest);

  const living = new Set((await readManifests(store)).flatMap(({ manifest }) => blobsOf(manifest)));
  const gone = removed.filter(({ ref }) => !adopted.has(ref.sha256));
  const blobs = gone.flatMap(({ manifest }) => Object.values(manifest.files));
  for (const blob of blobs) if (blob.bytes >= worthFreeing && !living.has(blob.sha256)) await store.removeBlob(blob);
  const steps = gone.map(({ ref }) => stepOfCheckpointKey(ref.key));
  logger.info({ stageKey, steps }, 'resume checkpoints removed');
  return steps;
}

const blobsOf = ({ files }: Manifest): string[] => Object.values(files).map(({ sha256 }) => sha256);

/** Digests of manifests that other manifests were made from. */
const namesIn = (found: readonly Found[]): Set<string> =>
  new Set(found.flatMap(({ manifest }) => Object.values(manifest.inputs)));

/** All that can be read; one that is damaged or was removed meanwhile names nothing. */
async function readManifests(store: ArtifactStore): Promise<Found[]> {
  const limit = pLimit(readsInFlight);
  const read = async (kind: ArtifactRef['kind'], key: string): Promise<Found[]> => {
    const ref = await store.find(kind, key);
    try {
      return ref ? [{ ref, manifest: await store.manifest(ref) }] : [];
    } catch (error) {
      if (error instanceof DermflowError && error.type === failureTypes.corrupt) return [];
      throw error;
    }
  };
  const kinds = artifactKinds.map(async (kind) =>
    (await store.keys(kind, '')).map((key) => limit(() => read(kind, key))),
  );
  return (await Promise.all((await Promise.all(kinds)).flat())).flat();
}
