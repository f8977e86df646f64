import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOf } from '../../../cli/run-id.ts';
import { basisOf, findFinished, keepFinished, reportFolder } from '../../../cli/start/finished.ts';
import { digestOf } from '../../../domain/artifact.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { stackFile, writeWhole } from '../../../infra/local/settings.ts';
import { type Environment, readEnvironment } from '../../../platform/env.ts';
import { evaluation, reference } from '../../support/fake-activities.ts';
import { smallRecipe } from '../../support/recipes.ts';

const recipe = smallRecipe();
const run = runOf(recipe);
let environment: Environment;
const ports = { temporal: 1, ui: 2, s3: Array(10).fill(3) };
const useBucket = (bucket: string) => writeWhole(stackFile(environment.home), { pid: 0, ports, bucket });

beforeEach(async () => {
  environment = readEnvironment({ DERMFLOW_HOME: await mkdtemp(join(tmpdir(), 'dermflow-finished-')) });
  const folder = reportFolder(environment, run);
  await mkdir(join(folder, 'adapter'), { recursive: true });
  await mkdir(join(environment.home, 's3'));
  await writeFile(join(folder, 'report.html'), 'page');
  await writeFile(join(folder, 'adapter/adapter_model.safetensors'), 'weights');
  await useBucket('dermflow');
  await keepFinished(environment, {
    run,
    finishedAt: '2026-11-03T10:00:00.000Z',
    basis: (await basisOf(recipe, environment)) ?? '',
    bucket: 'dermflow',
    files: { 'report.html': digestOf('page'), 'adapter/adapter_model.safetensors': digestOf('weights') },
    result: {
      report: reference('report', 'all'),
      adapter: reference('adapter', 'all'),
      evaluations: [evaluation('sft', 4)],
    },
  });
});
afterEach(() => rm(environment.home, { recursive: true, force: true }));

const isFinished = async (own: SkinR1Recipe = recipe, place: Environment = environment): Promise<boolean> =>
  (await findFinished(own, place)) !== null;

describe('a finished run', () => {
  it('is known with its results', async () => {
    expect(await findFinished(recipe, environment)).toMatchObject({ run, result: { evaluations: [{ label: 'sft' }] } });
  });

  it.each<[string, SkinR1Recipe]>([
    ['seed', { ...recipe, seed: 99 }],
    ['steps', { ...recipe, grpo: { ...recipe.grpo, saveEvery: recipe.grpo.saveEvery + 1 } }],
  ])('is not that of a recipe with another %s', async (_, other) => expect(await isFinished(other)).toBe(false));

  it.each<[string, Record<string, string>]>([
    ['attention', { DERMFLOW_TRAINER_ATTENTION: 'eager' }],
    ['processes', { DERMFLOW_TRAINER_PROCESSES: '2' }],
    ['trainer', { DERMFLOW_TRAINER_PYTHON: '/opt/python' }],
    ['language model', { DERMFLOW_LLM_BASE_URL: 'http://localhost:1/v1', DERMFLOW_LLM_MODEL: 'm' }],
  ])('is not taken where the environment has another %s', async (_, variables) => {
    const place = readEnvironment({ DERMFLOW_HOME: environment.home, ...variables });
    expect(await isFinished(recipe, place)).toBe(false);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['its page was changed', () => appendFile(join(reportFolder(environment, run), 'report.html'), ' ')],
    ['its adapter is gone', () => rm(join(reportFolder(environment, run), 'adapter'), { recursive: true })],
    ['the store was removed', () => rm(join(environment.home, 's3'), { recursive: true })],
    ['the store has begun a new bucket', () => useBucket('dermflow-2')],
    ['nobody has started services here', () => rm(stackFile(environment.home))],
    ['its note is damaged', () => writeFile(join(reportFolder(environment, run), 'finished.json'), '{')],
    [
      'other code has computed it',
      async () => {
        const found = await findFinished(recipe, environment);
        if (found) await keepFinished(environment, { ...found, basis: digestOf('other code') });
      },
    ],
  ])('is not taken where %s', async (_, change) => {
    expect(await isFinished()).toBe(true);
    await change();
    expect(await isFinished()).toBe(false);
  });
});

describe('what decides the results', () => {
  it.each<[string, Partial<SkinR1Recipe>]>([
    ['a model from elsewhere', { model: { ...recipe.model, base: 'Qwen/Qwen2.5-VL-7B-Instruct' } }],
    ['a reward of one’s own', { rewards: { ...recipe.rewards, plugin: { file: 'brevity.ts', name: 'brevity' } } }],
  ])('is not known with %s', async (_, change) =>
    expect(await basisOf({ ...recipe, ...change }, environment)).toBeNull(),
  );

  it('does not hold the key of the language model', async () => {
    const place = { ...environment, llm: { ...environment.llm, apiKey: 'secret' } };
    expect(await basisOf(recipe, place)).toBe(await basisOf(recipe, environment));
  });
});
