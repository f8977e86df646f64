import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { checkpointSteps } from '../../../activities/training/checkpoints.ts';
import { retireCheckpoints } from '../../../activities/training/retention.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { checkpointKey } from '../../../domain/names.ts';
import { expendable } from '../../../domain/retention.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const logger = pino({ level: 'silent' });
const large = (text: string): string => text.padEnd(2 ** 20, '.');

const commit = (
  store: ArtifactStore,
  step: number,
  files: Record<string, string>,
  stage = 'stage',
): Promise<ArtifactRef> =>
  commitFiles(
    store,
    { kind: 'checkpoint', key: checkpointKey(stage, step), method: 'test/1', inputs: {}, params: {}, facts: { step } },
    Object.fromEntries(Object.entries(files).map(([name, data]) => [name, { data }])),
  );

const name = (store: ArtifactStore, key: string, checkpoint: ArtifactRef): Promise<ArtifactRef> =>
  commitFiles(
    store,
    { kind: 'metrics', key, method: 'test/1', inputs: { checkpoint: checkpoint.sha256 }, params: {}, facts: {} },
    {},
  );

describe('checkpointSteps', () => {
  it('sorts steps as numbers, the newest first', async () => {
    const store = createMemoryStore();
    for (const step of [500, 1_500, 1_000, 9, 100_000_000, 99_999_999]) await commit(store, step, {});
    await commit(store, 7_000, {}, 'stage-of-another');
    expect(await checkpointSteps(store, 'stage', Number.POSITIVE_INFINITY)).toEqual([
      100_000_000, 99_999_999, 1_500, 1_000, 500, 9,
    ]);
    expect(await checkpointSteps(store, 'stage', 1_000)).toEqual([1_000, 500, 9]);
  });
});

describe('expendable', () => {
  it.each([
    [[10, 20, 30, 40], [40], [10]],
    [[40, 20, 10, 30, 50], [20, 50], [10]],
    [[10, 20], [], []],
    [[], [], []],
  ])('of %j with %j named: %j', (steps, named, expected) =>
    expect(expendable(steps, new Set(named))).toEqual(expected),
  );
});

describe('retireCheckpoints', () => {
  it('keeps what is named, the newest ones, and blobs that others name', async () => {
    const store = createMemoryStore();
    const shared = large('the same weights in an export');
    const files = (step: number) => ({ 'optimizer.pt': large(`state ${step}`), 'scheduler.pt': `schedule ${step}` });
    const first = await commit(store, 1, { ...files(1), 'adapter.bin': shared });
    for (const step of [2, 3, 4, 5]) await commit(store, step, files(step));
    const milestone = await store.find('checkpoint', checkpointKey('stage', 2));
    if (milestone) await name(store, 'milestone', milestone);
    const exported = await commit(store, 1, { 'adapter.bin': shared }, 'another-stage');
    const blobs = (await store.manifest(first)).files;

    expect(await retireCheckpoints(store, 'stage', logger)).toEqual([1, 3]);
    expect(await checkpointSteps(store, 'stage', 9)).toEqual([5, 4, 2]);
    const there = async (file: string) => store.hasBlob(blobs[file] ?? { sha256: '', bytes: 0 });
    expect(await there('optimizer.pt')).toBe(false);
    expect(await there('adapter.bin')).toBe(true);
    expect(await there('scheduler.pt')).toBe(true);
    expect(await store.manifest(exported)).toBeDefined();
    expect(await retireCheckpoints(store, 'stage', logger)).toEqual([]);
  });

  it('puts back what another run adopts while it is removed', async () => {
    const store = createMemoryStore();
    const refs: ArtifactRef[] = [];
    for (const step of [1, 2, 3]) refs.push(await commit(store, step, { 'optimizer.pt': large(`state ${step}`) }));
    const [first] = refs;
    if (!first) throw new Error('no checkpoint');
    const slow: ArtifactStore = {
      ...store,
      async remove(ref) {
        await store.remove(ref);
        await name(store, 'adopted', first);
      },
    };
    expect(await retireCheckpoints(slow, 'stage', logger)).toEqual([]);
    const manifest = await store.manifest(first);
    for (const blob of Object.values(manifest.files)) expect(await store.hasBlob(blob)).toBe(true);
  });
});
