import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { createClassificationActivities } from '../../../activities/evaluation/classification.ts';
import { rowFiles } from '../../../activities/json-lines.ts';
import { commitFiles, readText } from '../../../activities/store/commit.ts';
import { canonicalJson, digestOf } from '../../../domain/artifact.ts';
import { classificationItems } from '../../../domain/benchmarks/classification-set.ts';
import { byFiles } from '../../support/by-files.ts';
import { makeCase } from '../../support/cases.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

it('the sets of a run are stored as canonical JSON, and found by its digest', async () => {
  const cases = ['ddi', 'ham10000', 'ddi', 'ddi'].map((set, i) =>
    makeCase(`${set}/${i}`, i % 2 === 0 ? 'melanoma' : 'hemangioma', {
      source: set,
      split: i === 3 ? 'train' : 'test',
    }),
  );
  const kept = createMemoryStore();
  const store = byFiles(kept);
  const about = { kind: 'dataset', key: 'd', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const dataset = await commitFiles(store, about, await rowFiles(await temporaryFolder(), { 'cases.jsonl': cases }));
  const { makeSets } = createClassificationActivities({ store, environment: { scratch: tmpdir() } });
  // Sets read no more of a recipe.
  const recipe = {
    ...{ seed: 1, prompts: 'paper', data: { sources: [{ adapter: 'ddi' }, { adapter: 'ham10000' }] } },
    evaluation: { sets: null, candidateLabels: true, maxItems: null },
  } as unknown as Parameters<typeof makeSets>[0]['recipe'];
  const sets: Awaited<ReturnType<typeof makeSets>> = await new MockActivityEnvironment().run(() =>
    makeSets({ recipe, dataset }),
  );
  expect(sets.map(({ name }) => name)).toEqual(['classification-ddi', 'classification-ham10000']);
  for (const { name, items } of sets) {
    const set = name.replace('classification-', '');
    const own = cases.filter(({ source, split }) => source === set && split === 'test');
    const settings = { seed: 1, prompts: 'paper', candidateLabels: true, maxItems: null } as const;
    const text = canonicalJson({
      items: classificationItems(own, set, settings),
      images: Object.fromEntries(own.map(({ images: [image] }) => [`${image?.sha256}.png`, image])),
    });
    expect(await readText(kept, items, 'own-items.json')).toBe(text);
    expect((await kept.manifest(items)).params).toEqual({ items: digestOf(text) });
  }
});
