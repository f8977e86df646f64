/**
 * Frees the store of resume checkpoints that nobody needs any more. The store is shared by runs that do not know of
 * each other, so the order of the steps is the safety:
 *
 * 1. A checkpoint that any manifest names as its input stays: milestones, ends of epochs, what was evaluated or exported.
 * 2. Manifests go first. From then on nobody finds the checkpoint; its bytes are still there.
 * 3. Names are read again. A run that adopted the checkpoint meanwhile has written its name before it looked whether the
 *    checkpoint still stands (`conclude` in stretch.ts), so either it saw the removal and trains again, or its name is
 *    seen here and the manifest is put back.
 * 4. Of the large blobs, those go that no manifest names.
 *
 * What a manifest names is an object of its own, found by the named digest (`ArtifactStore.namedBy`). So the cost is that
 * of the stage's own checkpoints, each of which is read once, whatever else the bucket holds. Manifests of versions that
 * wrote no such objects are read once in the life of a bucket (`completeNames`).
 *
 * One race remains: another stage that makes the very same weights, finds them stored and commits only after step 4.
 * Its checkpoint then lacks a file, which `restoreNewestValid` and `findComplete` notice: time is lost, never the result.
 */
import type { Logger } from 'pino';
import { type ArtifactKind, type ArtifactRef, artifactKinds, type Manifest } from '../../domain/artifact.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { stepOfCheckpointKey, storeKeys } from '../../domain/names.ts';
import { expendable, largeFiles, namesIn } from '../../domain/retention.ts';
import { concurrently } from '../concurrently.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

const requestsInFlight = 8;

interface Found {
  ref: ArtifactRef;
  manifest: Manifest;
}

/** Returns the steps that were removed. */
export async function retireCheckpoints(store: ArtifactStore, stageKey: string, logger: Logger): Promise<number[]> {
  await completeNames(store, logger);
  const keys = (): Promise<string[]> => store.keys('checkpoint', `${stageKey}/`);
  const read = await concurrently(await keys(), requestsInFlight, (key) => readManifest(store, 'checkpoint', key));
  const own = read.filter((each) => each !== null);
  const named = await namedAmong(store, own);
  const goes = new Set(
    expendable(
      own.map(({ ref }) => stepOfCheckpointKey(ref.key)),
      new Set(named.map(({ ref }) => stepOfCheckpointKey(ref.key))),
    ),
  );
  const removed = own.filter(({ ref }) => goes.has(stepOfCheckpointKey(ref.key)));
  if (removed.length === 0) return [];

  for (const { ref } of removed) await store.remove(ref);
  const adopted = new Set(await namedAmong(store, removed));
  for (const { manifest } of adopted) await store.commit(manifest);

  const gone = removed.filter((found) => !adopted.has(found));
  for (const { ref, manifest } of gone) await store.unname(ref, manifest);
  // Another run may have trained the very same checkpoint again meanwhile; what it names must be written down again.
  const standing = new Set(await keys());
  for (const { ref, manifest } of gone) if (standing.has(ref.key)) await store.commit(manifest);
  for (const blob of gone.flatMap(({ manifest }) => largeFiles(manifest)))
    if ((await store.namedBy(blob.sha256)).length === 0) await store.removeBlob(blob);
  const steps = gone.map(({ ref }) => stepOfCheckpointKey(ref.key));
  logger.info({ stageKey, steps }, 'resume checkpoints removed');
  return steps;
}

/** Those that a manifest was made from. */
async function namedAmong(store: ArtifactStore, found: readonly Found[]): Promise<Found[]> {
  const named = await concurrently(found, requestsInFlight, ({ ref }) => store.namedBy(ref.sha256));
  return found.filter((_, i) => (named[i] ?? []).length > 0);
}

/** Null where it was removed meanwhile or is damaged: then it names nothing. */
async function readManifest(store: ArtifactStore, kind: ArtifactKind, key: string): Promise<Found | null> {
  try {
    return await store.read(kind, key);
  } catch (error) {
    if (error instanceof DermflowError && error.type === failureTypes.corrupt) return null;
    throw error;
  }
}

/** Writes down the names in manifests that were stored by earlier versions, once in the life of a bucket. */
async function completeNames(store: ArtifactStore, logger: Logger): Promise<void> {
  if ((await store.getObject(storeKeys.namesComplete)) !== null) return;
  let manifests = 0;
  for (const kind of artifactKinds) {
    await concurrently(await store.keys(kind, ''), requestsInFlight, async (key) => {
      const found = await readManifest(store, kind, key);
      if (!found) return;
      manifests += 1;
      for (const name of namesIn(found.manifest))
        await store.putObjectIfAbsent(storeKeys.name(name, found.ref.sha256), '');
    });
  }
  await store.putObjectIfAbsent(storeKeys.namesComplete, '');
  logger.info({ manifests }, 'names in the manifests of the bucket are written down');
}
