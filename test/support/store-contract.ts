/** What every artifact store must do: one suite for all places. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { concurrently } from '../../activities/concurrently.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { commitFiles, materialise, readText } from '../../activities/store/commit.ts';
import { digestOf } from '../../domain/artifact.ts';
import { failureTypes } from '../../domain/failures.ts';
import { storeKeys } from '../../domain/names.ts';
import { temporaryFolder } from './datasets.ts';

export interface StorePlace {
  newStore(): ArtifactStore;
  /** Overwrites an object behind the store's back; null removes it. */
  damage(key: string, data: Uint8Array | null): Promise<void>;
}

const corrupt = { type: failureTypes.corrupt };
const describeArtifact = (key: string, facts: Record<string, unknown> = {}) =>
  ({ kind: 'metrics', key, method: 'test/1', inputs: {}, params: {}, facts }) as Parameters<typeof commitFiles>[1]; // facts are JSON

export function describeStoreContract(name: string, place: () => StorePlace): void {
  describe(`${name} as an artifact store`, () => {
    it('returns blobs by digest, whether they came as text, bytes or a file', async () => {
      const store = place().newStore();
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'file'), 'same bytes');
      const expected = { sha256: digestOf('same bytes'), bytes: 10 };
      expect(await store.hasBlob(expected)).toBe(false);
      expect(await store.putBlob('same bytes')).toEqual(expected);
      expect(await store.putBlob(new TextEncoder().encode('same bytes'))).toEqual(expected);
      expect(await store.putFile(join(folder, 'file'))).toEqual(expected);
      expect(await store.hasBlob(expected)).toBe(true);
      expect(new TextDecoder().decode(await store.getBlob(expected))).toBe('same bytes');
      await store.getFile(expected, join(folder, 'deep/er/copy'));
      expect(await readFile(join(folder, 'deep/er/copy'), 'utf8')).toBe('same bytes');
    });

    it('keeps empty files', async () => {
      const store = place().newStore();
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'nothing'), '');
      const ref = await store.putFile(join(folder, 'nothing'));
      expect(ref.bytes).toBe(0);
      expect(await store.getBlob(ref)).toHaveLength(0);
      await store.getFile(ref, join(folder, 'copy'));
      expect(await readFile(join(folder, 'copy'), 'utf8')).toBe('');
    });

    it('shows an artifact only once its manifest stands', async () => {
      const store = place().newStore();
      expect(await store.find('metrics', 'visible')).toBeNull();
      const ref = await commitFiles(store, describeArtifact('visible'), { 'a/b.txt': { data: 'text' } });
      expect(await place().newStore().find('metrics', 'visible')).toEqual(ref);
      expect((await store.manifest(ref)).files['a/b.txt']).toEqual({ sha256: digestOf('text'), bytes: 4 });
      expect(await readText(store, ref, 'a/b.txt')).toBe('text');
      await expect(readText(store, ref, 'c.txt')).rejects.toMatchObject(corrupt);
    });

    it('lists the keys below a prefix and of one kind', async () => {
      const store = place().newStore();
      for (const key of ['list/step-00000002', 'list/step-00000010', 'other/step-00000001'])
        await commitFiles(store, describeArtifact(key), {});
      await commitFiles(store, { ...describeArtifact('list/step-00000003'), kind: 'checkpoint' }, {});
      expect((await store.keys('metrics', 'list/')).toSorted()).toEqual(['list/step-00000002', 'list/step-00000010']);
    });

    it('removes manifests and blobs, and does not mind if they are gone', async () => {
      const store = place().newStore();
      const ref = await commitFiles(store, describeArtifact('removed'), { 'w.bin': { data: 'to be removed' } });
      const blob = { sha256: digestOf('to be removed'), bytes: 13 };
      for (const again of [false, true]) {
        await store.remove(ref);
        expect(await store.find('metrics', 'removed')).toBeNull();
        expect(await store.hasBlob(blob)).toBe(!again);
        await store.removeBlob(blob);
        expect(await store.hasBlob(blob)).toBe(false);
      }
      await expect(store.manifest(ref)).rejects.toMatchObject(corrupt);
    });

    it('lets exactly one of many racing commits win, and all see it', async () => {
      const stores = Array.from({ length: 6 }, () => place().newStore());
      const refs = await Promise.all(
        stores.map((store, writer) => commitFiles(store, describeArtifact('race', { writer }), {})),
      );
      expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(1);
      const [first] = refs;
      expect(await place().newStore().find('metrics', 'race')).toEqual(first);
    });

    it('lets exactly one of many racing objects win', async () => {
      const writers = Array.from({ length: 6 }, (_, i) => place().newStore().putObjectIfAbsent('llm/race', `${i}`));
      const won = await Promise.all(writers);
      expect(won.filter(Boolean)).toHaveLength(1);
      const kept = await place().newStore().getObject('llm/race');
      expect(new TextDecoder().decode(kept ?? undefined)).toBe(String(won.indexOf(true)));
      expect(await place().newStore().getObject('llm/absent')).toBeNull();
    });

    it('lists the objects below a prefix, more than a page of them', async () => {
      const store = place().newStore();
      const keys = Array.from({ length: 1_001 }, (_, i) => `llm/list/${i % 3}/${i}.json`);
      await concurrently(keys, 16, (key) => store.putObjectIfAbsent(key, 'x'));
      await store.putObjectIfAbsent('llm/listed', 'x');
      expect((await place().newStore().objectKeys('llm/list/')).toSorted()).toEqual(keys.toSorted());
      expect(await store.objectKeys('llm/none/')).toEqual([]);
      const told = new Set<string>();
      await store.eachObjectKey('llm/list/', (key) => told.add(key));
      expect([...told].toSorted()).toEqual(keys.toSorted());
    });

    it.each([
      ['flipped', (data: Uint8Array) => data.map((byte, i) => (i === 3 ? byte ^ 1 : byte))],
      ['truncated', (data: Uint8Array) => data.slice(0, -1)],
      ['removed', () => null],
    ])('never returns bytes that were %s', async (how, change) => {
      const data = new TextEncoder().encode(`precious bytes, ${how}`);
      const ref = await place().newStore().putBlob(data);
      await place().damage(storeKeys.blob(ref.sha256), change(data));
      const folder = await temporaryFolder();
      await expect(place().newStore().getBlob(ref)).rejects.toMatchObject(corrupt);
      await expect(place().newStore().getFile(ref, join(folder, 'copy'))).rejects.toMatchObject(corrupt);
      expect(await readdir(folder)).toEqual([]);
    });

    it('stores again what it found damaged', async () => {
      const store = place().newStore();
      const files = { 'w.bin': { data: 'weights of the step' } };
      const ref = await commitFiles(store, describeArtifact('healed'), files);
      const key = storeKeys.blob(digestOf('weights of the step'));
      await place().damage(key, new TextEncoder().encode('weights of the stop'));
      const folder = await temporaryFolder();
      await expect(materialise(store, ref, folder)).rejects.toMatchObject(corrupt);
      expect(await commitFiles(store, describeArtifact('healed'), files)).toEqual(ref);
      expect(await readText(place().newStore(), ref, 'w.bin')).toBe('weights of the step');
    });

    it('replaces a manifest whose blobs nobody can bring back, and one that cannot be read', async () => {
      const store = place().newStore();
      const old = await commitFiles(store, describeArtifact('replaced'), { 'w.bin': { data: 'first try' } });
      await place().damage(storeKeys.blob(digestOf('first try')), null);
      await expect(readText(store, old, 'w.bin')).rejects.toMatchObject(corrupt);
      const next = await commitFiles(store, describeArtifact('replaced'), { 'w.bin': { data: 'second try' } });
      expect(await readText(place().newStore(), next, 'w.bin')).toBe('second try');
      await expect(store.manifest(old)).rejects.toMatchObject(corrupt);

      await place().damage(storeKeys.manifest('metrics', 'replaced'), new TextEncoder().encode('{"half'));
      const half = await store.find('metrics', 'replaced');
      await expect(half && store.manifest(half)).rejects.toMatchObject(corrupt);
      const third = await commitFiles(store, describeArtifact('replaced'), { 'w.bin': { data: 'third try' } });
      expect(await readText(place().newStore(), third, 'w.bin')).toBe('third try');
    });
  });
}
