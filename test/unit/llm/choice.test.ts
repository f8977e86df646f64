/** Who is asked: what a recipe chooses, and which address and key go with it. */
import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createLlmChooser } from '../../../activities/llm/client.ts';
import { createTrajectoryActivities } from '../../../activities/trajectories/activities.ts';
import { settingsFor } from '../../../domain/llm-settings.ts';
import { parseRecipe, parseRecipeOf } from '../../../domain/recipe/parse.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { demoRecipe } from '../../support/recipes.ts';

const environment = readEnvironment({
  DERMFLOW_LLM_BASE_URL: 'http://vllm:8000/v1',
  DERMFLOW_LLM_API_KEY: 'sk-own',
  DERMFLOW_LLM_MODEL: 'qwen3',
  DERMFLOW_LLM_ANTHROPIC_API_KEY: 'sk-anthropic',
  DERMFLOW_LLM_AZURE_BASE_URL: 'https://us.openai.azure.com/openai/v1',
  DERMFLOW_LLM_AZURE_API_KEY: 'sk-azure',
  DERMFLOW_LLM_AZURE_MODEL: 'deployment',
});
const { llm } = environment;

describe('settings', () => {
  it('are the environment’s where a recipe chooses nothing', () => expect(settingsFor(llm, undefined)).toEqual(llm));

  it('are those of the provider that a recipe names', () => {
    expect(settingsFor(llm, { provider: 'anthropic', model: 'claude' })).toMatchObject({
      ...{ provider: 'anthropic', baseUrl: '', apiKey: 'sk-anthropic', model: 'claude' },
      variable: 'DERMFLOW_LLM_ANTHROPIC_',
    });
    expect(settingsFor(llm, { provider: 'azure' })).toMatchObject({ apiKey: 'sk-azure', model: 'deployment' });
    expect(settingsFor(llm, { model: 'qwen4' })).toEqual({ ...llm, model: 'qwen4' });
  });

  it('send no provider’s key to another’s address', () => {
    expect(settingsFor(llm, { provider: 'openai', model: 'gpt' })).toMatchObject({ apiKey: '', baseUrl: '' });
    expect(settingsFor(llm, { provider: 'anthropic' })).toMatchObject({ model: '' });
  });

  it('send no key to another address of the same provider', () => {
    const two = readEnvironment({
      DERMFLOW_LLM_BASE_URL: 'http://vllm:8000/v1',
      DERMFLOW_LLM_API_KEY: 'sk-common',
      DERMFLOW_LLM_MODEL: 'qwen3',
      DERMFLOW_LLM_OPENAI_COMPATIBLE_BASE_URL: 'http://elsewhere:8000/v1',
    });
    expect(settingsFor(two.llm, undefined)).toMatchObject({ baseUrl: 'http://elsewhere:8000/v1', apiKey: '' });
  });

  it('prefer what a provider’s own variables say', () => {
    const both = readEnvironment({
      DERMFLOW_LLM_PROVIDER: 'mistral',
      DERMFLOW_LLM_API_KEY: 'sk-common',
      DERMFLOW_LLM_MODEL: 'small',
      DERMFLOW_LLM_MISTRAL_API_KEY: 'sk-mistral',
    });
    expect(settingsFor(both.llm, undefined)).toMatchObject({ apiKey: 'sk-mistral', model: 'small' });
  });
});

describe('a chosen client', () => {
  const choose = createLlmChooser(environment, () => Promise.reject(new Error('no images here')));

  it('is one for each choice, so that it keeps what it learned', () => {
    expect(choose({ model: 'a' })).toBe(choose({ model: 'a' }));
    expect(choose({ model: 'a' })).not.toBe(choose({ model: 'b' }));
    expect([choose().model, choose({ provider: 'azure' }).model]).toEqual(['qwen3', 'deployment']);
  });

  it.each([
    [{ provider: 'anthropic' }, 'DERMFLOW_LLM_ANTHROPIC_MODEL is empty'],
    [{ provider: 'openai-compatible', model: 'm' }, null],
    [{ provider: 'embedded', model: 'm' }, 'llm.model is "m", but the embedded language model is asked'],
  ] as const)('%j: %s', (choice, message) => {
    if (message === null) expect(choose(choice).model).toBe('m');
    else expect(() => choose(choice)).toThrow(message);
  });
});

it('a stage asks whom its recipe chooses', async () => {
  const { synthesiseTrajectories } = createTrajectoryActivities({
    ...{ store: createMemoryStore(), environment: { llm, scratch: tmpdir() }, logger: pino({ level: 'silent' }) },
    chooseLlm: (choice) => {
      throw new Error(`chosen: ${JSON.stringify(choice)}`);
    },
  });
  const recipe = { ...demoRecipe(), llm: { provider: 'azure' } as const };
  const textbook = { kind: 'dataset', key: 'k', sha256: 'a'.repeat(64) } as const;
  const asked = new MockActivityEnvironment().run(() => synthesiseTrajectories({ recipe, textbook }));
  await expect(asked).rejects.toThrow('chosen: {"provider":"azure"}');
});

describe('a recipe', () => {
  it('names provider and model, and no address', () => {
    const chosen = { provider: 'anthropic', model: 'claude' };
    expect(parseRecipeOf('skin-r1', { ...demoRecipe(), llm: chosen }, 'r').llm).toEqual(chosen);
    expect(() => parseRecipe({ ...demoRecipe(), llm: { baseUrl: 'http://x' } }, 'r')).toThrow(
      'unknown field "llm.baseUrl"',
    );
    expect(() => parseRecipe({ ...demoRecipe(), llm: { provider: 'gpt' } }, 'r')).toThrow('llm.provider is "gpt"');
    expect('llm' in demoRecipe()).toBe(false);
  });
});
