/** SkinCon's concepts, explained and learned before the trajectories: every part real except the LLM's replies. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatasetActivities } from '../../../activities/datasets/activities.ts';
import { importSources } from '../../../activities/datasets/import/recipe-sources.ts';
import type { LlmClient } from '../../../activities/ports/llm-client.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { createTrajectoryActivities } from '../../../activities/trajectories/activities.ts';
import type { StretchResult } from '../../../domain/contracts/training.ts';
import type { TrajectoriesResult } from '../../../domain/contracts/trajectories.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { sftRowSchema } from '../../../domain/trajectories/row.ts';
import { jpeg, metadataTable, textbookLine, writeFiles } from '../../support/datasets.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { layouts, writeLayoutTo } from '../../support/layouts.ts';
import { llmSettings, standInLlm } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { trainer } from '../../support/micro-model.ts';
import { recipeWithConcepts } from '../../support/recipes.ts';
import { createTrainingWorker, runActivity } from '../../support/training.ts';

/** Too small for 32 bits: the adapter that SFT ends with is the one that it began with. */
const still = 1e-60;
const small = recipeWithConcepts();
const recipe: SkinR1Recipe = {
  ...small,
  trajectories: { ...small.trajectories, types: [1], maxLlmCalls: 0, validationShare: 0 },
  sft: { ...small.sft, batchSize: 2, perDeviceBatchSize: 2, saveEvery: 1 },
};

async function writeSets(folder: string): Promise<void> {
  const rows = Array.from({ length: 12 }, (_, i) => ({ id: `I${i}`, dx: i % 2 ? 'nv' : 'mel' }));
  await writeFiles(folder, { 'ham10000/HAM10000_metadata.csv': metadataTable(rows) });
  for (const [i, { id }] of rows.entries()) await writeFiles(folder, { [`ham10000/${id}.jpg`]: await jpeg(20 * i) });
  const books = ['b1', 'b2', 'b3', 'b4'];
  await writeFiles(folder, { 'textbook/cases.jsonl': books.map((id) => `${textbookLine(id)}\n`).join('') });
  for (const [i, id] of books.entries())
    await writeFiles(folder, { [`textbook/images/${id}.jpg`]: await jpeg(50 * i + 5) });
  const skincon = layouts.find(({ adapter }) => adapter === 'skincon');
  if (!skincon) throw new RangeError('no layout');
  await writeLayoutTo(join(folder, 'skincon'), skincon);
}

const store = createMemoryStore();
let worker: Awaited<ReturnType<typeof createTrainingWorker>>;
let data: Awaited<ReturnType<ReturnType<typeof createDatasetActivities>['prepareData']>>;

beforeAll(async () => {
  worker = await createTrainingWorker(store);
  const folder = join(worker.folder, 'sets');
  await mkdir(folder);
  await writeSets(folder);
  const scratch = worker.folder;
  const imported = await importSources({ store, recipe, folder, knowledge: shippedKnowledge, scratch });
  const environment = { scratch, plugins: scratch };
  const { prepareData } = createDatasetActivities({ store, environment, logger: trainer.logger });
  data = await runActivity(() => prepareData({ recipe: imported }));
});
afterAll(() => worker.remove());

function explain(llm: LlmClient, of = recipe): Promise<TrajectoriesResult> {
  const environment = { llm: { ...llmSettings, concurrency: 2 }, scratch: tmpdir() };
  const { explainConcepts } = createTrajectoryActivities({
    store,
    chooseLlm: () => llm,
    environment,
    logger: trainer.logger,
  });
  const { concepts } = data;
  if (!concepts) throw new RangeError('the data stage made no concepts');
  return runActivity(() => explainConcepts({ recipe: of, concepts }));
}

describe('explained concepts', () => {
  it('are asked for once per concept and wording, and written as one row per picture', async () => {
    const llm = standInLlm(
      ({ user, seed }) => `<explanation>Wording ${seed} of ${/"(.*)"/.exec(user)?.[1]}.</explanation>`,
    );
    const { trajectories, counts } = await explain(llm);
    expect(llm.asked).toHaveLength(4);
    expect(counts).toEqual({ train: 3, validation: 0, llmCalls: 4, rejected: 0 });
    const rows = await readJsonLines(store, await store.manifest(trajectories), 'train.jsonl', sftRowSchema);
    expect(rows.map(({ completion }) => completion.replace(/\d/, 'n'))).toEqual([
      'vesicle: Wording n of vesicle.',
      'brown(hyperpigmentation): Wording n of brown(hyperpigmentation).',
      'brown(hyperpigmentation): Wording n of brown(hyperpigmentation).',
    ]);
    await explain(llm);
    expect(llm.asked).toHaveLength(4);
  });

  it('fail the stage where the model has none to give', async () => {
    const refused = explain(standInLlm(() => "I'm sorry, I cannot help with that.", 'refuses'));
    await expect(refused).rejects.toMatchObject({
      type: failureTypes.llm,
      message: expect.stringContaining('4 of 4 LLM replies are unusable (refused)'),
    });
  });

  it('may lose a concept that no reply explains, within the allowed share', async () => {
    const patient = { ...recipe, trajectories: { ...recipe.trajectories, maxRejectedShare: 0.5 } };
    const llm = standInLlm(
      ({ user }) => (user.includes('vesicle') ? 'No.' : 'A patch darker than the skin around it.'),
      'knows half',
    );
    const { counts } = await explain(llm, patient);
    expect(counts).toEqual({ train: 2, validation: 0, llmCalls: 4, rejected: 2 });
  });
});

it('SFT on trajectories begins with the adapter of the concepts, in every epoch', async () => {
  const { trainSft } = worker.activities;
  const { synthesiseTrajectories } = createTrajectoryActivities({
    store,
    chooseLlm: () => standInLlm(() => ''),
    environment: { llm: llmSettings, scratch: tmpdir() },
    logger: trainer.logger,
  });
  const explained = await explain(standInLlm(() => 'A patch darker than the skin around it.'));
  const written = await runActivity(() => synthesiseTrajectories({ recipe, textbook: data.textbook }));
  const model = { base: 'tiny', sha256: 'b'.repeat(64) };
  const { trajectories, counts } = explained;
  const aligned = await runActivity(() =>
    trainSft({ stage: 'concepts', recipe, model, trajectories, rows: counts.train, epoch: 1 }),
  );
  expect(aligned.checkpoint.step).toBe(2);

  const calm = { ...recipe, sft: { ...recipe.sft, learningRate: still } };
  const input = { recipe: calm, model, trajectories: written.trajectories, rows: written.counts.train };
  const epochs: StretchResult[] = [];
  for (const epoch of [1, 2]) {
    epochs.push(await runActivity(() => trainSft({ ...input, adapter: aligned.checkpoint, epoch })));
  }
  const weights = async ({ checkpoint }: StretchResult) =>
    (await store.manifest(checkpoint)).files['adapter_model.safetensors']?.sha256;
  const [first, second] = [await weights(aligned), await weights(epochs[1] ?? aligned)];
  expect(epochs.map(({ checkpoint }) => checkpoint.step)).toEqual([2, 4]);
  expect(second).toBe(first);
  const fresh = await runActivity(() => trainSft({ ...input, epoch: 1 }));
  expect(await weights(fresh)).not.toBe(first);
});
