import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitOnce, type Work } from '../../activities/commit-once.ts';
import { readText } from '../../activities/store/commit.ts';
import { workKey } from '../../domain/artifact.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const work: Work = { kind: 'metrics', method: 'test/1', inputs: {}, params: { of: 'commit once' } };

describe('commitOnce', () => {
  it('stores texts, files by their path and blobs that are there already', async () => {
    const store = createMemoryStore();
    const path = join(await temporaryFolder(), 'file.txt');
    await writeFile(path, 'by path');
    const blob = await store.putBlob('by blob');
    const made = await commitOnce(store, work, async () => ({
      facts: { files: 3 },
      files: { 'a.txt': 'by text', 'b.txt': { path }, 'c.txt': { blob } },
    }));
    const texts = await Promise.all(['a.txt', 'b.txt', 'c.txt'].map((name) => readText(store, made, name)));
    expect(texts).toEqual(['by text', 'by path', 'by blob']);
    expect(made.key).toBe(workKey({ method: work.method, inputs: work.inputs, params: work.params }));
  });

  it('does the work once, and finds it by a key of its own where it has one', async () => {
    const store = createMemoryStore();
    let times = 0;
    const make = async () => ({ facts: ++times, files: {} });
    const first = await commitOnce(store, { ...work, key: 'named' }, make);
    expect(await commitOnce(store, { ...work, key: 'named' }, make)).toEqual(first);
    expect(first.key).toBe('named');
    await commitOnce(store, work, make);
    expect(times).toBe(2);
  });
});
