import { describe, expect, it } from 'vitest';
import { withLedger } from '../../../activities/llm/ledger.ts';
import type { LlmClient } from '../../../activities/ports/llm-client.ts';
import { createMemoryStore } from '../../../activities/store/memory.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmRequest } from '../../../domain/llm.ts';

const request: LlmRequest = { system: 's', user: 'u', maxTokens: 10, temperature: 0, seed: 0 };
const { signal } = new AbortController();

/** Answers with the number of its calls. */
class CountingClient implements LlmClient {
  readonly model: string;
  calls = 0;
  failing = false;

  constructor(model = 'm') {
    this.model = model;
  }

  async complete(): ReturnType<LlmClient['complete']> {
    this.calls += 1;
    if (this.failing) throw new Error('down');
    return { text: `reply ${this.calls}`, inputTokens: 1, outputTokens: 2 };
  }

  async close(): Promise<void> {}
}

describe('withLedger', () => {
  it('pays once, in this process and the next', async () => {
    const objects = new Map<string, Uint8Array>();
    const model = new CountingClient();
    const first = await withLedger(model, createMemoryStore(objects)).complete(request, signal);
    const second = await withLedger(model, createMemoryStore(objects)).complete({ ...request }, signal);
    expect(second).toEqual(first);
    expect(model.calls).toBe(1);
    expect([...objects.keys()]).toEqual([expect.stringMatching(/^llm\/sha256\/..\/[0-9a-f]{64}\.json$/)]);
  });

  const changes: Partial<LlmRequest>[] = [
    { user: 'v' },
    { system: 't' },
    { temperature: 0.5 },
    { seed: 1 },
    { maxTokens: 11 },
    { jsonSchema: {} },
  ];
  for (const change of changes) {
    it(`asks again when ${Object.keys(change)[0]} differs`, async () => {
      const model = new CountingClient();
      const ledger = withLedger(model, createMemoryStore());
      await ledger.complete(request, signal);
      await ledger.complete({ ...request, ...change }, signal);
      expect(model.calls).toBe(2);
    });
  }

  it('asks again of another model', async () => {
    const store = createMemoryStore();
    const [one, two] = [new CountingClient('one'), new CountingClient('two')];
    await withLedger(one, store).complete(request, signal);
    await withLedger(two, store).complete(request, signal);
    expect([one.calls, two.calls]).toEqual([1, 1]);
  });

  it('gives everyone the reply that was stored first', async () => {
    const ledger = withLedger(new CountingClient(), createMemoryStore());
    const replies = await Promise.all([ledger.complete(request, signal), ledger.complete(request, signal)]);
    const later = await ledger.complete(request, signal);
    expect(new Set([...replies, later].map((reply) => reply.text)).size).toBe(1);
  });

  it('uses no reply that could not be stored', async () => {
    const store = { ...createMemoryStore(), putObjectIfAbsent: () => Promise.reject(new Error('store is down')) };
    await expect(withLedger(new CountingClient(), store).complete(request, signal)).rejects.toThrow('store is down');
  });

  it('stores no failure', async () => {
    const model = new CountingClient();
    const ledger = withLedger(model, createMemoryStore());
    model.failing = true;
    await expect(ledger.complete(request, signal)).rejects.toThrow('down');
    model.failing = false;
    expect((await ledger.complete(request, signal)).text).toBe('reply 2');
  });

  const damages: [what: string, bytes: string][] = [
    ['no JSON', 'x'],
    [
      'another request',
      JSON.stringify({ request: 'f'.repeat(64), reply: { text: 'x', inputTokens: 1, outputTokens: 1 } }),
    ],
    ['no reply', '{}'],
  ];
  for (const [what, bytes] of damages) {
    it(`refuses a damaged entry: ${what}`, async () => {
      const objects = new Map<string, Uint8Array>();
      const ledger = withLedger(new CountingClient(), createMemoryStore(objects));
      await ledger.complete(request, signal);
      const [key = ''] = objects.keys();
      objects.set(key, new TextEncoder().encode(bytes));
      await expect(ledger.complete(request, signal)).rejects.toMatchObject({
        type: failureTypes.corrupt,
        message: expect.stringContaining(key),
      });
    });
  }
});
