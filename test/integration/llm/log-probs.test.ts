/** Probabilities of options by an endpoint's `logprobs`, from the worker's environment over HTTP to the calibration. */
import { describe, expect, it } from 'vitest';
import { evaluateBenchmark, type OpenedModel } from '../../../activities/evaluation/evaluate-benchmark.ts';
import { createEndpointRunner } from '../../../activities/inference/endpoint-runner.ts';
import { createEndpointClient } from '../../../activities/llm/endpoint.ts';
import { readJson } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { type Answer, chatCompletion, chatStream, serveChat } from '../../support/chat-server.ts';
import { clientOf, shortRequest } from '../../support/endpoints.ts';
import { benchmarkContext, endpointModel, requestOf, storeQuestions } from '../../support/evaluations.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { patternPng } from '../../support/micro-model.ts';

const { signal } = new AbortController();
const { llm: asking } = readEnvironment({ DERMFLOW_LLM_BODY: '{"logprobs": true, "top_logprobs": 20}' });
const options = ['nevus', 'wart', 'melanoma', 'angioma'].map((label, i) => ({ letter: 'ABCD'.charAt(i), label }));
const request = { ...shortRequest, answerTags: ['thinking'], options };

const top = (shares: Record<string, number>): object[] =>
  Object.entries(shares).map(([token, share]) => ({ token, logprob: Math.log(share), bytes: [...Buffer.from(token)] }));

/** As vLLM and OpenAI send it: one token per row, each with its alternatives. */
function told(letter: string, shares: Record<string, number>, isWhole = true): Answer {
  const texts = ['<', 'thinking', '>', ' a network', ' </thinking>', ' <final diagnosis>', ` ${letter}`, ' </final'];
  const content = [...texts, ' diagnosis>'].map((token) => ({
    ...{ token, logprob: token === ` ${letter}` ? Math.log(shares[token] ?? 1) : -0.01, bytes: null },
    top_logprobs: token === ` ${letter}` && isWhole ? top(shares) : [],
  }));
  const text = content.map(({ token }) => token).join('');
  return chatCompletion({ content: text }, {}, { logprobs: { content, refusal: null } });
}

const read = async (answer: Answer, more: Partial<LlmSettings> = {}, path = '/v1') => {
  const server = await serveChat(() => answer);
  const baseUrl = server.baseUrl.replace('/v1', path);
  const reply = await clientOf(baseUrl, { body: asking.body, ...more }).complete(request, signal);
  return { reply, sent: server.requests[0]?.body };
};

describe('probabilities by an endpoint', () => {
  it.each([
    ['openai-compatible', '/v1'],
    ['openai', '/v1'],
    ['azure', '/openai/deployments/derm'],
  ] as const)('are asked for by DERMFLOW_LLM_BODY and read: %s', async (provider, path) => {
    const answer = told('C', { ' C': 0.6, ' A': 0.2, C: 0.1, ' the': 0.1 });
    const { reply, sent } = await read(answer, { provider, model: 'gpt-4o' }, path);
    expect(sent).toMatchObject({ logprobs: true, top_logprobs: 20 });
    expect(reply.options?.chosen).toBe('C');
    const { A = 0, C = 0, ...others } = reply.options?.logProbs ?? {};
    expect([Math.exp(A), Math.exp(C), others]).toEqual([expect.closeTo(2 / 9, 9), expect.closeTo(7 / 9, 9), {}]);
  });

  it.each<[string, Answer]>([
    ['none is told', chatCompletion({ content: '<final diagnosis> C </final diagnosis>' }, {}, { logprobs: null })],
    ['they lack their rows', chatCompletion({ content: 'C' }, {}, { logprobs: { content: null } })],
    ['no alternative is told', told('C', { ' C': 0.9 }, false)],
    ['the answer is no option', told('E', { ' E': 0.9, ' A': 0.1 })],
    ['the reply is streamed', chatStream('<final diagnosis> C </final diagnosis>')],
  ])('are absent where %s', async (_, answer) => {
    const streamed = _ === 'the reply is streamed';
    const { reply } = await read(answer, streamed ? { stream: 'always' } : {});
    expect(reply.finish).toBe('stop');
    expect(reply).not.toHaveProperty('options');
  });

  it('give an evaluation its calibration, which a second one has without asking', async () => {
    const chances = [0.9, 0.6, 0.7, 0.8];
    const server = await serveChat((call) => {
      const chance = chances[call % chances.length] ?? 0.5;
      return told(call % 2 ? 'C' : 'A', { [call % 2 ? ' C' : ' A']: chance, [call % 2 ? ' A' : ' C']: 1 - chance });
    });
    const store = createMemoryStore();
    const questions = await storeQuestions(store, 8, (i) => patternPng(`${i}`, [28, 28]));
    const settings = { ...asking, provider: 'openai-compatible', baseUrl: server.baseUrl, model: 'vlm' } as const;
    const { asking: decoded } = requestOf();
    const model: OpenedModel = {
      answerer: { model: { served: 'vlm' }, runtime: 'endpoint', precision: null, decoding: decoded.decoding },
      inputs: {},
      open: async () =>
        createEndpointRunner({
          connect: (loadImage) => createEndpointClient(settings, { loadImage, maxRetries: 0 }),
          concurrency: 3,
        }),
    };
    const evaluated = (limit: number) =>
      evaluateBenchmark(
        {
          ...{ tested: endpointModel('vlm'), benchmark: 'id-diagnosis', data: { questions, dataset: null } },
          asking: { ...decoded, limit },
        },
        model,
        benchmarkContext(store),
      );
    const { evaluation } = await evaluated(8);
    const files = artifactFiles.benchmark;
    const items = await readJsonLines(store, evaluation, files.items.name, files.items.schema);
    expect(items.map(({ confidence }) => confidence?.toFixed(6)).toSorted()).toEqual(
      [...chances, ...chances].map((chance) => chance.toFixed(6)).toSorted(),
    );
    const { calibration } = await readJson(store, evaluation, files.summary.name, files.summary.schema);
    const errors = items.map(({ confidence = 0, strict }) => (confidence - Number(strict.correct)) ** 2);
    expect(calibration?.items).toBe(8);
    expect(calibration?.brier.value).toBeCloseTo(errors.reduce((sum, each) => sum + each, 0) / 8, 9);
    const again = await evaluated(4);
    const short = await readJson(store, again.evaluation, files.summary.name, files.summary.schema);
    expect([short.calibration?.items, server.requests.length]).toEqual([4, 8]);
  });
});
