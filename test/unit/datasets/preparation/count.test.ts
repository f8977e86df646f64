import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createDatasetActivities } from '../../../../activities/datasets/activities.ts';
import { importSources } from '../../../../activities/datasets/import/recipe-sources.ts';
import { countData, countGenerated } from '../../../../activities/datasets/preparation/count.ts';
import type { DataResult } from '../../../../domain/contracts/data.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { hamFolder, jpeg, temporaryFolder, textbookLine, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { layouts, writeLayout } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { demoRecipe, recipeWithConcepts } from '../../../support/recipes.ts';
import { runActivity } from '../../../support/training.ts';

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
      'textbook/images/t1.jpg': await jpeg(99),
    });
    const store = createMemoryStore();
    const scratch = await temporaryFolder();
    const imported = await importSources({ store, recipe, folder, knowledge: shippedKnowledge, scratch });
    const { prepareData } = createDatasetActivities({
      store,
      environment: { scratch, plugins: scratch },
      logger: pino({ level: 'silent' }),
    });
    const prepare = (): Promise<DataResult> => prepareData({ recipe: imported });
    const { counts } = await runActivity(prepare);
    expect(await countData(folder, recipe, shippedKnowledge)).toEqual({
      items: counts.train,
      test: counts.test,
      textbook: 1,
      images: 25,
    });
  });

  it('counts the questions of matched options, which not every case is asked', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ id: `I${i}`, dx: i % 5 ? 'nv' : i % 2 ? 'mel' : 'bcc' }));
    const folder = await hamFolder(rows);
    await writeFiles(folder, {
      'textbook/cases.jsonl': `${textbookLine('t1')}\n`,
      'textbook/images/t1.jpg': await jpeg(9),
    });
    const matched = { ...recipe, questions: { distractors: 'matched' } } as const;
    const store = createMemoryStore();
    const scratch = await temporaryFolder();
    const imported = await importSources({ store, recipe: matched, folder, knowledge: shippedKnowledge, scratch });
    const environment = { scratch, plugins: scratch };
    const { prepareData } = createDatasetActivities({ store, environment, logger: pino({ level: 'silent' }) });
    const { questions, counts } = await runActivity((): Promise<DataResult> => prepareData({ recipe: imported }));
    const { facts } = await store.manifest(questions);
    const counted = await countData(folder, matched, shippedKnowledge);
    expect(facts).toMatchObject({ train: counted.items });
    expect(counted.items).toBeLessThan(counts.train);
    expect(counted.items).toBeGreaterThan(0);
  });

  it('counts pictures with concepts and different concepts, apart from the cases', async () => {
    const folder = await temporaryFolder();
    const layout = layouts.find(({ adapter }) => adapter === 'skincon');
    if (!layout) throw new RangeError('no layout');
    await cp(await writeLayout(layout), join(folder, 'skincon'), { recursive: true });
    await cp(await hamFolder([{ id: 'I1' }]), join(folder, 'ham10000'), { recursive: true });
    await writeFiles(folder, { 'textbook/cases.jsonl': `${textbookLine('t1')}\n` });
    expect(await countData(folder, recipeWithConcepts(), shippedKnowledge)).toMatchObject({
      textbook: 1,
      concepts: { pictures: 3, terms: 2 },
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
