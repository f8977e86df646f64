/** Storing beside asking: the endpoint's places are not held by the store, and not everything waits unstored; accounts. */
import { describe, expect, it } from 'vitest';
import { type Asking, askAll, recognise } from '../../../activities/llm/asking/ask.ts';
import { askingNobody, llmSettings, replyOf, standInLlm } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const base = { system: 's', user: 'u', maxTokens: 1, temperature: 0 };
const questions = Array.from({ length: 40 }, (_, seed) => ({
  ...{ id: String(seed), read: () => null },
  request: { ...base, seed },
}));

it('a store that hangs leaves the endpoint working, up to three replies for each of its places', async () => {
  const store = createMemoryStore();
  let release = (): void => {};
  const released = new Promise<void>((go) => {
    release = go;
  });
  const hanging = {
    ...store,
    putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
      await released;
      return store.putObjectIfAbsent(key, data);
    },
  };
  let atEndpoint = 0;
  let most = 0;
  const llm = standInLlm(() => 'a reply');
  const { complete } = llm;
  const counting = {
    ...llm,
    complete: async (...args: Parameters<typeof complete>) => {
      most = Math.max(most, ++atEndpoint);
      await new Promise((go) => setTimeout(go, 2));
      atEndpoint--;
      return complete(...args);
    },
  };
  const asking: Asking = { ...askingNobody(hanging), llm: counting, settings: { ...llmSettings, concurrency: 4 } };
  const answered = askAll(questions, await recognise(asking, 'test'), asking);
  await expect.poll(() => llm.asked.length).toBe(16);
  await new Promise((go) => setTimeout(go, 50));
  expect(llm.asked).toHaveLength(16);
  release();
  expect((await answered).answers.size).toBe(40);
  expect(llm.asked).toHaveLength(40);
  expect(most).toBe(4);
});

describe('equal requests', () => {
  const equal = Array.from({ length: 40 }, (_, i) => ({
    ...{ id: `q${i}`, request: { ...base, seed: i % 20 }, read: () => null },
  }));

  it.each([{}, { calls: 100 }])('are paid for and counted once, also by a pass that resumes: %j', async (budget) => {
    const store = createMemoryStore();
    const llm = standInLlm(() => replyOf('a reply'));
    const settings = { ...llmSettings, concurrency: 1 };
    const pass = async () => {
      const asking: Asking = { ...askingNobody(store), llm, settings, budget };
      return (await askAll(equal, await recognise(asking, 'test'), asking)).account;
    };
    const paid = { requests: 20, calls: 20, inputTokens: 7 * 20, outputTokens: 3 * 20, unusable: 0 };
    expect(await pass()).toMatchObject({ ...paid, fromLedger: 0 });
    expect(await pass()).toMatchObject({ ...paid, fromLedger: 20 });
    expect(llm.asked).toHaveLength(20);
  });
});
