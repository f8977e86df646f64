/** What the end of a stretch costs in a bucket that holds the artifacts of many runs. */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { retireCheckpoints } from '../../../activities/training/retention.ts';
import { type ArtifactRef, canonicalJson, digestOf, type Manifest } from '../../../domain/artifact.ts';
import { checkpointKey, storeKeys } from '../../../domain/names.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const logger = pino({ level: 'silent' });

/** Objects by key, with the number of reads and of listings. */
class CountedObjects extends Map<string, Uint8Array> {
  reads = 0;
  manifestsRead: string[] = [];
  listings = 0;
  override get(key: string): Uint8Array | undefined {
    this.reads += 1;
    if (key.startsWith('manifests/') && !key.startsWith('manifests/by-digest/')) this.manifestsRead.push(key);
    return super.get(key);
  }
  override keys(): MapIterator<string> {
    this.listings += 1;
    return super.keys();
  }
  forget(): void {
    [this.reads, this.listings, this.manifestsRead] = [0, 0, []];
  }
}

const manifestOf = (key: string, inputs: Record<string, string>): Manifest => ({
  ...{ schema: 1, kind: 'metrics', key, method: 'test/1', inputs, params: {}, files: {}, facts: {} },
});

/** A stage of eight checkpoints, the fourth of which a milestone names, among so many manifests of other runs. */
async function bucketWith(others: number) {
  const objects = new CountedObjects();
  const store = createMemoryStore(objects);
  for (let i = 0; i < others; i += 1) {
    const data = new TextEncoder().encode(canonicalJson(manifestOf(`other-${i}`, {})));
    objects.set(storeKeys.manifest('metrics', `other-${i}`), data);
  }
  objects.set(storeKeys.namesComplete, new Uint8Array());
  const checkpoints: ArtifactRef[] = [];
  for (let step = 1; step <= 8; step += 1) {
    const state = await store.putBlob(new Uint8Array(2 ** 20).fill(step));
    const about = {
      kind: 'checkpoint',
      key: checkpointKey('stage', step),
      method: 'sft/1',
      inputs: {},
      params: {},
    } as const;
    checkpoints.push(await store.commit({ ...about, files: { 'optimizer.pt': state }, facts: {} }));
  }
  await store.commit(manifestOf('milestone', { checkpoint: checkpoints[3]?.sha256 ?? '' }));
  objects.forget();
  return { objects, store, checkpoints };
}

describe('retireCheckpoints in a full bucket', () => {
  it('makes no more requests among 100,000 manifests than among none, and reads each of its own once', async () => {
    const [empty, full] = [await bucketWith(0), await bucketWith(100_000)];
    for (const { store } of [empty, full])
      expect(await retireCheckpoints(store, 'stage', logger)).toEqual([1, 2, 3, 5, 6]);
    expect([full.objects.reads, full.objects.listings]).toEqual([empty.objects.reads, empty.objects.listings]);
    const own = Array.from({ length: 8 }, (_, i) => storeKeys.manifest('checkpoint', checkpointKey('stage', i + 1)));
    expect(full.objects.manifestsRead.toSorted()).toEqual(own);
  });

  it('heeds what manifests of earlier versions name, which wrote no names down', async () => {
    const { objects, store, checkpoints } = await bucketWith(10);
    for (const key of [...objects.keys()]) if (key.startsWith('names/')) objects.delete(key);
    const old = manifestOf('old', { checkpoint: checkpoints[4]?.sha256 ?? '' });
    objects.set(storeKeys.manifest('metrics', 'old'), new TextEncoder().encode(canonicalJson(old)));
    objects.delete(storeKeys.namesComplete);
    objects.forget();
    expect(await retireCheckpoints(store, 'stage', logger)).toEqual([1, 2, 3, 6]);
    objects.forget();
    expect(await retireCheckpoints(store, 'stage', logger)).toEqual([]);
    expect(objects.manifestsRead.every((key) => key.includes('/checkpoint/'))).toBe(true);
  });

  it('frees the bytes of what went, and forgets what it named', async () => {
    const { objects, store } = await bucketWith(0);
    await retireCheckpoints(store, 'stage', logger);
    const blobs = [...objects.keys()].filter((key) => key.startsWith('cas/'));
    expect(blobs).toHaveLength(3);
    const named = [1, 8].map((step) => digestOf(new Uint8Array(2 ** 20).fill(step)));
    const [gone = '', kept = ''] = named;
    expect(await store.namedBy(gone)).toEqual([]);
    expect(await store.namedBy(kept)).toHaveLength(1);
  });
});
