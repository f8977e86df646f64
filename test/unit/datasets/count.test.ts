import { describe, expect, it } from 'vitest';
import { countData, countGenerated } from '../../../activities/datasets/count.ts';
import { importDataset } from '../../../activities/datasets/import.ts';
import { deriveData } from '../../../activities/datasets/prepare.ts';
import { createMemoryStore } from '../../../activities/store/memory.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { hamFolder, jpeg, textbookLine, writeFiles } from '../../support/datasets.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { demoRecipe } from '../../support/recipes.ts';

const recipe = demoRecipe();

describe('countData', () => {
  it('counts from the tables alone what the data stage will have', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({
      id: `I${i}`,
      dx: i % 3 ? 'nv' : 'mel',
      patient: `p${i >> 1}`,
    }));
    const folder = await hamFolder(rows);
    await writeFiles(folder, {
      'textbook/cases.jsonl': `${textbookLine('t1')}\n`,
      'textbook/images/t1.jpg': await jpeg(9),
    });
    const store = createMemoryStore();
    const settings = { maxPixels: recipe.data.maxPixels, snapTo: recipe.data.snapTo, maxBadShare: 0 };
    const common = { store, folder, adapter: recipe.data.adapter, settings, knowledge: shippedKnowledge };
    const { counts } = await deriveData(store, await importDataset(common), recipe, shippedKnowledge);
    expect(await countData(folder, recipe, shippedKnowledge)).toEqual({
      items: counts.train,
      test: counts.test,
      textbook: 1,
      images: 25,
    });
  });

  it('refuses a folder that is not there', async () => {
    await expect(countData('/nowhere', recipe, shippedKnowledge)).rejects.toMatchObject({
      type: failureTypes.userMistake,
    });
  });
});

it('countGenerated knows the demo by its recipe', () => {
  expect(countGenerated(recipe.data)).toEqual({ items: 960, test: 320, textbook: 400, images: 2_000 });
  const { generate: _, ...imported } = recipe.data;
  expect(countGenerated(imported)).toBeNull();
});
