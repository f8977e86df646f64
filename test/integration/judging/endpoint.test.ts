/** A judge behind an endpoint, through the provider layer, as an llm worker asks it. */
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { createJudgeActivities } from '../../../activities/judging/activities.ts';
import { createLlmChooser } from '../../../activities/llm/client.ts';
import type { BenchmarkResult } from '../../../domain/contracts/benchmarks.ts';
import { usualJudge } from '../../../domain/dermeval/judge.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { chatCompletion, chatError, serveChat } from '../../support/chat-server.ts';
import { narrativeItems, sixOf, storeAnswers, storeItems } from '../../support/judging.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const judge = { ...usualJudge, model: 'strict', provider: 'openai-compatible', anchors: 0 } as const;

async function prepare(variables: Record<string, string>) {
  const store = createMemoryStore();
  const environment = readEnvironment({ DERMFLOW_LLM_PROVIDER: 'openai-compatible', ...variables });
  const chooseLlm = createLlmChooser(environment, (image) => store.getBlob(image));
  const activities = createJudgeActivities({ store, chooseLlm, environment, logger: pino({ level: 'silent' }) });
  const evaluation = await storeAnswers(store, await storeItems(store, narrativeItems(6)));
  return {
    judgeAnswers: (more: object = {}): Promise<BenchmarkResult> => {
      const input = { evaluation, label: 'model', reader: 'strict', judge: { ...judge, ...more } } as const;
      return new MockActivityEnvironment().run(() => activities.judgeAnswers(input));
    },
  };
}

describe('a judge behind an endpoint', () => {
  it('is known by the model that it is served by, and shown the picture where that is asked for', async () => {
    const server = await serveChat((call) =>
      // Thinking, a fault that passes, and a refusal are the provider layer's business.
      call === 3
        ? chatError(503, 'busy')
        : chatCompletion({ content: `<think>Accuracy: 1</think>${sixOf('8/10')}` }, { model: 'strict-0528' }),
    );
    const { judgeAnswers } = await prepare({ DERMFLOW_LLM_BASE_URL: server.baseUrl });
    const byText = await judgeAnswers();
    expect(byText).toMatchObject({ label: 'model', items: 6, narratives: { average: { value: 4 } } });
    expect(byText.narratives?.judge).toMatchObject({
      name: 'strict',
      pin: { served: 'strict-0528', shows: 'reference' },
    });
    const texts = server.requests.map(({ body }) => JSON.stringify(body));
    expect(texts.some((text) => text.includes('image_url'))).toBe(false);
    expect(texts.filter((text) => text.includes('REFERENCE')).length).toBeGreaterThanOrEqual(6);
    const asked = texts.length;
    const byPicture = await judgeAnswers({ shows: 'picture' });
    expect(byPicture.benchmark).not.toBe(byText.benchmark);
    const pictures = server.requests
      .slice(asked)
      .filter(({ body }) => JSON.stringify(body).includes('image/png;base64'));
    expect(pictures).toHaveLength(6);
  });

  it('is refused by name where the workers have only the embedded model', async () => {
    const { judgeAnswers } = await prepare({ DERMFLOW_LLM_PROVIDER: '' });
    await expect(judgeAnswers({ provider: undefined })).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('--judge strict: the llm workers have no endpoint'),
    });
  });
});
