/** Requests by the batch APIs: bought once through any crash, failed lines asked alone, replies read as all others. */
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Asking, askAll, type IdentifiedRequest, recognise } from '../../../activities/llm/asking/ask.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { type BatchBehaviour, type BatchServer, serveBatches } from '../../support/batch-server.ts';
import { chatAnswer, startChatServer } from '../../support/chat-server.ts';
import { clientOf, secretKey, shortRequest } from '../../support/endpoints.ts';
import { llmSettings } from '../../support/llm.ts';
import { listenOnLoopback } from '../../support/loopback.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

/** More than are stored together, so that a batch can be cut in the middle. */
const count = 40;
const questions: IdentifiedRequest[] = Array.from({ length: count }, (_, seed) => ({
  ...{ id: `q${seed}`, request: { ...shortRequest, user: `Question ${seed}.`, seed }, read: () => null },
}));
const prices = { qwen: { input: 2, output: 4 } };
const answer: BatchBehaviour['answer'] = (body) => `Answer to ${/Question \d+/.exec(JSON.stringify(body))?.[0]}.`;
const protocols = ['openai', 'anthropic'] as const;
/** The call by which a stage finds out who answers. */
const recognition = 1;

interface Pass extends Partial<Pick<Asking, 'budget' | 'signal' | 'store' | 'onBatch' | 'byBatch' | 'settings'>> {
  execution?: string;
}

async function ask(baseUrl: string, provider: LlmSettings['provider'], store: ArtifactStore, pass: Pass = {}) {
  const { execution = 'first', ...more } = pass;
  const asking: Asking = {
    ...{ store, llm: clientOf(baseUrl, { provider }, 0), settings: { ...llmSettings, prices }, budget: {}, spent: [] },
    ...{ run: { id: 'run', execution }, byBatch: true, batchPollMs: 5, onReply: () => {}, now: () => new Date() },
    ...{ scratch: tmpdir(), signal: new AbortController().signal, ...more },
  };
  return askAll(questions, await recognise(asking, 'test'), asking);
}

const linesOf = ({ batches }: BatchServer): number => batches.reduce((sum, { lines }) => sum + lines.length, 0);

describe.each(protocols)('a stage in batches by the protocol of %s', (protocol) => {
  it('is answered by one batch, read as any other reply, at half the price', async () => {
    const server = await serveBatches(protocol, { answer, looks: 3 });
    const looks: string[] = [];
    const onBatch = (id: string, _: number, lines: number): void => void looks.push(`${id} ${lines}`);
    const { answers, account } = await ask(server.baseUrl, protocol, createMemoryStore(), { onBatch });
    for (const [i, { id }] of questions.entries()) expect(answers.get(id)?.text).toBe(`Answer to Question ${i}.`);
    expect([server.batches.length, linesOf(server), server.alone.length]).toEqual([1, count, recognition]);
    expect(looks).toEqual(Array(3).fill(`batch_1 ${count}`));
    expect(account).toMatchObject({
      calls: count + recognition,
      fromLedger: 0,
      unusable: 0,
      inputTokens: 7 * (count + recognition),
    });
    const perCall = (7 * 2 + 3 * 4) / 1e6;
    expect(account.money).toBeCloseTo(perCall * (recognition + count / 2), 12);
  });

  it('has lines that failed asked one by one', async () => {
    const server = await serveBatches(protocol, { answer: (body, i) => (i % 4 === 0 ? null : answer(body, i)) });
    const { answers } = await ask(server.baseUrl, protocol, createMemoryStore());
    expect([...answers.values()].filter(({ text }) => text.includes('asked for alone'))).toHaveLength(count / 4);
    expect([server.batches.length, server.alone.length]).toEqual([1, count / 4 + recognition]);
  });

  /** @param at the part of a key at whose n-th writing the process dies, before or after the write */
  const dying = (objects: Map<string, Uint8Array>, at: RegExp, { nth = 1, written = false } = {}): ArtifactStore => {
    const store = createMemoryStore(objects);
    let seen = 0;
    return {
      ...store,
      putObjectIfAbsent: async (key, data) => {
        const dies = at.test(key) && ++seen === nth;
        const put = !dies || written ? await store.putObjectIfAbsent(key, data) : true;
        if (dies) throw new Error('killed');
        return put;
      },
    };
  };
  it.each([
    ['before its lines are noted', /-lines/, {}],
    ['after its lines are noted', /-lines/, { written: true }],
    ['after it is submitted, before that is noted', /-submitted/, {}],
    ['after its id is noted', /-submitted/, { written: true }],
    ['in the middle of its replies', /^llm\/3\//, { nth: 2 }],
    ['after some replies are stored', /^llm\/3\//, { nth: 2, written: true }],
    ['before it is noted as collected', /-collected/, {}],
  ])('submits no line twice when it is killed %s', async (_, at, how) => {
    const objects = new Map<string, Uint8Array>();
    const server = await serveBatches(protocol, { answer, looks: 2 });
    await expect(ask(server.baseUrl, protocol, dying(objects, at, how))).rejects.toThrow('killed');
    const { answers, account } = await ask(server.baseUrl, protocol, createMemoryStore(objects));
    expect([server.batches.length, linesOf(server), server.alone.length]).toEqual([1, count, recognition]);
    expect([...answers.values()].every(({ fault }) => fault === null)).toBe(true);
    expect(account.calls).toBe(count + recognition);
  });

  it('goes on waiting for the same batch after it was stopped', async () => {
    const objects = new Map<string, Uint8Array>();
    const server = await serveBatches(protocol, { answer, looks: 4 });
    const stop = new AbortController();
    const stopped = ask(server.baseUrl, protocol, createMemoryStore(objects), {
      signal: stop.signal,
      onBatch: () => stop.abort(new Error('stopped')),
    });
    await expect(stopped).rejects.toThrow('stopped');
    await ask(server.baseUrl, protocol, createMemoryStore(objects), { execution: 'second' });
    expect([server.batches.length, linesOf(server)]).toEqual([1, count]);
  });

  it('takes another’s batch for none of its own', async () => {
    const objects = new Map<string, Uint8Array>();
    const server = await serveBatches(protocol, { answer, looks: 0 });
    await expect(ask(server.baseUrl, protocol, dying(objects, /-lines/, { written: true }))).rejects.toThrow('killed');
    const foreign = questions.map((_, i) => ({ custom_id: `foreign-${i}`, body: {} }));
    server.batches.push({ id: 'batch_x', label: 'other', lines: foreign, looks: 9, created: Date.now() });
    const { answers } = await ask(server.baseUrl, protocol, createMemoryStore(objects));
    expect(server.batches).toHaveLength(2);
    expect([...answers.values()].every(({ text }) => text.startsWith('Answer to'))).toBe(true);
  });

  it('submits what the budget allows, and waits for a person with the rest', async () => {
    const objects = new Map<string, Uint8Array>();
    const server = await serveBatches(protocol, { answer });
    const limited = ask(server.baseUrl, protocol, createMemoryStore(objects), { budget: { calls: 6 } });
    await expect(limited).rejects.toMatchObject({ type: failureTypes.needsPerson });
    expect([linesOf(server), server.alone.length]).toEqual([5, recognition]);
    const { account } = await ask(server.baseUrl, protocol, createMemoryStore(objects), { budget: { calls: 100 } });
    expect([server.batches.length, linesOf(server)]).toEqual([2, count]);
    expect(account.calls).toBe(count + recognition);
  });

  it('keeps room in the budget for what its replies may think', async () => {
    const server = await serveBatches(protocol, { answer });
    const settings = { ...llmSettings, prices, thinkingTokens: 8_000 };
    const budget = { tokens: 20_000 };
    const limited = ask(server.baseUrl, protocol, createMemoryStore(), { budget, settings });
    // As little as it took, all are asked in the end.
    expect((await limited).answers.size).toBe(count);
    expect(server.batches[0]?.lines).toHaveLength(3);
  });

  it('takes from the ledger what is there, whoever asked', async () => {
    const store = createMemoryStore();
    const server = await serveBatches(protocol, { answer });
    await ask(server.baseUrl, protocol, store, { byBatch: false });
    expect(server.alone).toHaveLength(count + recognition);
    const { account } = await ask(server.baseUrl, protocol, store, { execution: 'second' });
    expect(server.batches).toHaveLength(0);
    expect(account.fromLedger).toBe(count);
  });

  it('is not submitted a second time where the first call was not answered', async () => {
    const objects = new Map<string, Uint8Array>();
    let down = true;
    const server = await serveBatches(protocol, {
      answer,
      before: (method, path) =>
        down && method === 'GET' && /batch_1$/.test(path) ? { status: 503, body: '{"error":"busy"}' } : null,
    });
    await expect(ask(server.baseUrl, protocol, createMemoryStore(objects))).rejects.toMatchObject({
      type: failureTypes.unavailable,
    });
    down = false;
    await ask(server.baseUrl, protocol, createMemoryStore(objects));
    expect([server.batches.length, linesOf(server)]).toEqual([1, count]);
  });
});

describe('batches that do not work', () => {
  it('are the user’s mistake at a provider without them', async () => {
    const server = await startChatServer(chatAnswer('It shows a regular border.'));
    const error = { type: failureTypes.userMistake, message: expect.stringContaining('llm.batch') };
    await expect(ask(server.baseUrl, 'mistral', createMemoryStore())).rejects.toMatchObject(error);
  });

  it('are the user’s mistake at a server that knows no such address, in its words', async () => {
    const refusing = await serveBatches('openai', {
      answer,
      before: (_, path) => (path.endsWith('/files') ? { status: 404, body: '{"detail":"Not Found"}' } : null),
    });
    await expect(ask(refusing.baseUrl, 'openai-compatible', createMemoryStore())).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(/takes no such batch \(HTTP 404\); set llm.batch to false .*; it says: Not Found/),
    });
  });

  it('that fail as a whole end the run in the provider’s words', async () => {
    const server = await serveBatches('openai', { answer, end: 'failed' });
    await expect(ask(server.baseUrl, 'openai', createMemoryStore())).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('it says: Invalid line 1.'),
    });
  });

  it('that are answered from elsewhere, where no key is sent, are told with the address', async () => {
    const behind = createServer((_, response) => response.writeHead(401).end('{}'));
    const address = `http://127.0.0.1:${await listenOnLoopback(behind)}`;
    const server = createServer((asked, response) => {
      response.writeHead(307, { location: `${address}${asked.url}` }).end();
    });
    const batches = clientOf(`http://127.0.0.1:${await listenOnLoopback(server)}/v1`, {}, 0).batches;
    await expect(batches?.poll('b', new Map(), new AbortController().signal)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(
        `is redirected to ${address}/v1/batches/b .*set DERMFLOW_LLM_BASE_URL to the address that answers itself`,
      ),
    });
  });

  it.each([
    ['a page with its headers', `<html>Authorization: Bearer ${secretKey}</html>`],
    [
      'the errors of a batch',
      JSON.stringify({ id: 'b', status: 'failed', errors: { data: [{ message: `no ${secretKey}` }] } }),
    ],
  ])('that show the key are told without: %s', async (_, body) => {
    const before: BatchBehaviour['before'] = (__, path) => (/batches/.test(path) ? { status: 200, body } : null);
    const server = await serveBatches('openai', { answer, before });
    const failed = clientOf(server.baseUrl, {}, 0).batches?.poll('b', new Map(), new AbortController().signal);
    await expect(failed).rejects.toThrow('***');
    await expect(failed).rejects.not.toThrow('secret');
  });

  it.each([{ created_at: '2026-11-03T10:00:00Z' }, { request_counts: 3 }, { errors: [{ message: 'line 1' }] }])(
    'in one field of which nothing is needed, %j, are read all the same',
    async (odd) => {
      const body = JSON.stringify({ id: 'b', status: 'in_progress', ...odd });
      const server = await serveBatches('openai', { answer, before: () => ({ status: 200, body }) });
      const state = await clientOf(server.baseUrl, {}, 0).batches?.poll('b', new Map(), new AbortController().signal);
      expect(state).toEqual({ ended: false, done: 0 });
    },
  );

  it('that ran out of time are used as far as they came', async () => {
    const server = await serveBatches('openai', {
      ...{ answer: (body, i) => (i < 4 ? answer(body, i) : null), end: 'expired' },
    });
    const { answers } = await ask(server.baseUrl, 'openai', createMemoryStore());
    expect(answers.size).toBe(count);
    expect(server.alone).toHaveLength(count - 4 + recognition);
  });

  const completion = (body: unknown, i: number): unknown =>
    JSON.parse(String(chatAnswer(answer(body as Record<string, unknown>, i)).body)); // as the server got it
  /** A file of results whose first rows are odd. */
  const odd = (lines: BatchServer['batches'][number]['lines']): string =>
    lines
      .map(({ custom_id, body }, i) => {
        const row = { custom_id, response: { status_code: i === 2 ? '200' : 200, body: completion(body, i) } };
        return i === 0 ? 'not JSON' : JSON.stringify(i === 1 ? { response: row.response } : row);
      })
      .join('\n');
  const withResults = async (results: (lines: BatchServer['batches'][number]['lines']) => string | null) => {
    const server: BatchServer = await serveBatches('openai', {
      answer,
      before: (_, path) => {
        const body = /content$/.test(path) ? results(server.batches[0]?.lines ?? []) : null;
        return body === null ? null : { status: 200, body };
      },
    });
    return server;
  };

  it('in single rows have these asked for alone', async () => {
    const server = await withResults(odd);
    const { answers } = await ask(server.baseUrl, 'openai', createMemoryStore());
    expect([...answers.values()].filter(({ text }) => text.startsWith('Answer to'))).toHaveLength(count - 2);
    expect([server.batches.length, server.alone.length]).toEqual([1, 2 + recognition]);
  });

  it('in that their results are cut off are asked for again', async () => {
    let cuts = 1;
    const server = await withResults((lines) => (cuts-- > 0 ? odd(lines).slice(0, -40) : null));
    const store = createMemoryStore();
    await expect(ask(server.baseUrl, 'openai', store)).rejects.toMatchObject({ type: failureTypes.unavailable });
    await ask(server.baseUrl, 'openai', store);
    expect([server.batches.length, server.alone.length]).toEqual([1, recognition]);
  });

  it.each(['<html>Sign in</html>', '{"batches":[]}', ''])(
    'in that %j comes in their place are waited for',
    async (body) => {
      const server = await serveBatches('openai', {
        answer,
        before: (_, path) => (/batch/.test(path) ? { status: 200, body } : null),
      });
      await expect(ask(server.baseUrl, 'openai', createMemoryStore())).rejects.toMatchObject({
        type: failureTypes.unavailable,
        message: expect.stringContaining('llm.batch'),
      });
    },
  );

  it('in that a list of them has no end are not looked for without one', async () => {
    const objects = new Map<string, Uint8Array>();
    const store = createMemoryStore(objects);
    const dies = {
      ...store,
      putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
        const put = await store.putObjectIfAbsent(key, data);
        if (/-lines/.test(key)) throw new Error('killed');
        return put;
      },
    };
    const page = { has_more: true, data: [{ id: 'batch_0', status: 'completed', created_at: Date.now() }] };
    const server = await serveBatches('openai', {
      answer,
      before: (method, path) =>
        method === 'GET' && path.endsWith('/batches') ? { status: 200, body: JSON.stringify(page) } : null,
    });
    await expect(ask(server.baseUrl, 'openai', dies)).rejects.toThrow('killed');
    await ask(server.baseUrl, 'openai', store);
    expect(server.batches).toHaveLength(1);
  });
});
