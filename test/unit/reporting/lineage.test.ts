import { describe, expect, it } from 'vitest';
import { traceLineage } from '../../../activities/reporting/lineage.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import type { ArtifactKind, ArtifactRef } from '../../../domain/artifact.ts';
import { storeKeys } from '../../../domain/names.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const knowledge = 'f'.repeat(64);

async function chain(objects = new Map<string, Uint8Array>()) {
  const store = createMemoryStore(objects);
  const make = (kind: ArtifactKind, key: string, inputs: Record<string, string>): Promise<ArtifactRef> =>
    commitFiles(
      store,
      { kind, key, method: `${key}/1`, inputs, params: {}, facts: {} },
      { a: { data: key }, b: { data: 'four' } },
    );
  const dataset = await make('dataset', 'import', { knowledge });
  const questions = await make('questions', 'ask', { dataset: dataset.sha256, knowledge });
  const checkpoint = await make('checkpoint', 'grpo', { questions: questions.sha256 });
  const evaluation = await make('evaluation', 'score', { checkpoint: checkpoint.sha256, questions: questions.sha256 });
  return { store, objects, dataset, questions, checkpoint, evaluation };
}

describe('traceLineage', () => {
  it('finds all that an artifact was made from, each once and after its inputs', async () => {
    const { store, questions, evaluation } = await chain();
    const lineage = await traceLineage(store, [evaluation.sha256, questions.sha256]);
    expect(lineage.map(({ key }) => key)).toEqual(['import', 'ask', 'grpo', 'score']);
    expect(lineage[1]).toEqual({
      kind: 'questions',
      key: 'ask',
      sha256: questions.sha256,
      method: 'ask/1',
      files: 2,
      bytes: 'ask'.length + 'four'.length,
      inputs: [
        { name: 'dataset', sha256: lineage[0]?.sha256, artifact: true },
        { name: 'knowledge', sha256: knowledge, artifact: false },
      ],
    });
  });

  it('ends where a digest is of something else', async () => {
    const { store } = await chain();
    expect(await traceLineage(store, [knowledge])).toEqual([]);
  });

  it('refuses a copy that does not match its digest', async () => {
    const { store, objects, dataset, evaluation } = await chain();
    const key = storeKeys.manifestByDigest(dataset.sha256);
    const text = new TextDecoder().decode(objects.get(key));
    objects.set(key, new TextEncoder().encode(text.replace('import/1', 'import/2')));
    await expect(traceLineage(store, [evaluation.sha256])).rejects.toMatchObject({ type: 'Corrupt' });
  });

  it('traces the artifact that stands where two workers made the same', async () => {
    const { store, dataset } = await chain();
    const description = {
      kind: 'dataset',
      key: 'import',
      method: 'other/1',
      inputs: {},
      params: {},
      facts: {},
    } as const;
    const second = await commitFiles(store, description, {});
    expect(second).toEqual(dataset);
    expect((await store.manifestByDigest(second.sha256))?.method).toBe('import/1');
  });
});
