import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEndpointRunner } from '../../../activities/inference/endpoint-runner.ts';
import { createEndpointClient } from '../../../activities/llm/endpoint.ts';
import type { AskedRow, Generated, GenerateOptions } from '../../../activities/ports/model-runner.ts';
import { type Answers, chatAnswer, chatError, serveChat } from '../../support/chat-server.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { llmSettings } from '../../support/llm.ts';
import { patternPng } from '../../support/micro-model.ts';

const rowsOf = (count: number, more: Partial<AskedRow> = {}): AskedRow[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `row-${i}`,
    images: [`${i % 3}.png`],
    prompt: `Which, ${i}?`,
    ...more,
  }));

async function openRunner(answers: Answers, concurrency = 4) {
  const images = await temporaryFolder();
  for (const i of [0, 1, 2]) await writeFile(join(images, `${i}.png`), await patternPng(`${i}`, [28, 28]));
  const server = await serveChat(answers);
  const settings = { ...llmSettings, provider: 'openai-compatible', baseUrl: server.baseUrl, model: 'vlm' } as const;
  const runner = createEndpointRunner({
    connect: (loadImage) => createEndpointClient(settings, { loadImage, maxRetries: 0 }),
    concurrency,
  });
  const collect = async (rows: readonly AskedRow[], more: Partial<GenerateOptions> = {}): Promise<Generated[]> => {
    const all: Generated[] = [];
    const options = { images, batchSize: 8, maxNewTokens: 64, ...more };
    for await (const generated of runner.generate(rows, options)) all.push(generated);
    return all;
  };
  return { server, images, collect };
}

const answer = '<thinking> a network </thinking> <final diagnosis> A </final diagnosis>';

describe('a model behind an endpoint', () => {
  it('gets picture, prompt, system text and decoding, and its answer keeps the blocks that were asked for', async () => {
    const { server, collect } = await openRunner(() => chatAnswer(`<think>hm</think>${answer}`));
    const [row] = rowsOf(1, { system: 'You assist.', seed: 7 });
    expect(await collect(row ? [row] : [], { temperature: 0.5 })).toEqual([
      { id: 'row-0', text: answer, tokens: [], finish: 'stop' },
    ]);
    const { body } = server.requests[0] ?? {};
    expect(body).toMatchObject({ model: 'vlm', max_tokens: 64, temperature: 0.5, seed: 7 });
    const text = JSON.stringify(body);
    expect(text).toContain('You assist.');
    expect(text).toContain('Which, 0?');
    expect(text).toContain(Buffer.from(await patternPng('0', [28, 28])).toString('base64'));
  });

  it('gets no system turn where there is none', async () => {
    const { server, collect } = await openRunner(() => chatAnswer(answer));
    await collect(rowsOf(1));
    expect(JSON.stringify(server.requests[0]?.body)).not.toContain('"system"');
  });

  it('is asked so many at a time, and a slow reply holds up no other', async () => {
    let underway = 0;
    let most = 0;
    const { collect } = await openRunner((_, { body }) => {
      underway += 1;
      most = Math.max(most, underway);
      const afterMs = JSON.stringify(body).includes('Which, 0?') ? 2_000 : 20;
      setTimeout(() => {
        underway -= 1;
      }, afterMs);
      return { ...chatAnswer(answer), afterMs };
    });
    const all = await collect(rowsOf(40));
    expect(most).toBe(4);
    expect(new Set(all.map(({ id }) => id)).size).toBe(40);
    expect(all.findIndex(({ id }) => id === 'row-0')).toBeGreaterThan(4);
  });

  it('reads a picture before its question’s turn comes, and once for all questions about it', async () => {
    const { images, server, collect } = await openRunner(() => ({ ...chatAnswer(answer), afterMs: 50 }));
    const asked = collect(rowsOf(40));
    await expect.poll(() => server.requests.length).toBeGreaterThan(4);
    for (const i of [0, 1, 2]) await rm(join(images, `${i}.png`));
    expect(await asked).toHaveLength(40);
  });

  it('loads a picture ahead of its turn, once, and asks before those of all questions are there', async () => {
    const { server, collect } = await openRunner(() => ({ ...chatAnswer(answer), afterMs: 20 }), 2);
    const loaded: string[] = [];
    const before: number[] = [];
    const load = async (name: string): Promise<Uint8Array> => {
      before.push(server.requests.length);
      loaded.push(name);
      return patternPng(name, [28, 28]);
    };
    const rows = rowsOf(12).map((row, i) => ({ ...row, images: [`new ${i >> 1}.png`] }));
    expect(await collect(rows, { load })).toHaveLength(12);
    expect(loaded.toSorted()).toEqual([0, 1, 2, 3, 4, 5].map((i) => `new ${i}.png`));
    expect(before.at(-1)).toBeGreaterThan(2);
    expect(before.at(-1)).toBeLessThan(11); // its own questions are the last two
  });

  it.each([
    ['filtered', chatError(400, { message: 'flagged by our content policy', code: 'content_filter' }), 'filtered'],
    ['too long', chatError(400, { message: 'maximum context length is 4096 tokens' }), 'too long'],
  ] as const)('answers without text where a request is %s', async (_, refused, finish) => {
    const { collect } = await openRunner((call) => (call === 2 ? refused : chatAnswer(answer)), 1);
    const all = await collect(rowsOf(3));
    expect(all.map((generated) => [generated.text, generated.finish])).toEqual([
      [answer, 'stop'],
      ['', finish],
      [answer, 'stop'],
    ]);
  });

  it.each([
    [503, 'Unavailable'],
    [401, 'UserMistake'],
    [402, 'NeedsPerson'],
  ])('ends with the class of failure that stages have: HTTP %i', async (status, type) => {
    const { collect } = await openRunner((call) =>
      call > 5 ? chatError(status, { message: 'no' }) : chatAnswer(answer),
    );
    await expect(collect(rowsOf(20))).rejects.toMatchObject({ type });
  });

  it('stops with the signal’s reason', async () => {
    const { collect } = await openRunner(() => ({ ...chatAnswer(answer), afterMs: 5_000 }));
    const controller = new AbortController();
    const reason = new Error('cancelled by the test');
    const asked = collect(rowsOf(8), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 100);
    await expect(asked).rejects.toBe(reason);
  });
});
