import { describe, expect, it } from 'vitest';
import { type Ledger, type LedgerSettings, openLedger } from '../../../activities/llm/ledger.ts';
import { failureTypes, unavailable } from '../../../domain/failures.ts';
import type { LlmIdentity, LlmReply, LlmRequest } from '../../../domain/llm.ts';
import { replyOf } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const request: LlmRequest = { system: 's', user: 'u', maxTokens: 10, temperature: 0, seed: 0 };
const model: LlmIdentity = {
  provider: 'p',
  address: 'http://a/v1',
  model: 'm',
  says: { root: '/weights/a' },
  body: {},
};
const anything = (): null => null;
const served = (identity: LlmIdentity, fingerprint: string | null = null, part = 'part') => ({
  identity,
  fingerprint,
  part,
});

interface Stand {
  ledger: Pick<Ledger, 'ask' | 'known'>;
  asked: LlmRequest[];
}

/** @param answer by the number of the call, from 1 */
function open(
  objects: Map<string, Uint8Array>,
  answer: (call: number) => LlmReply = (call) => replyOf(`reply ${call}`),
  settings: Partial<LedgerSettings> = {},
): Stand {
  const asked: LlmRequest[] = [];
  const opened = openLedger({
    ...{ store: createMemoryStore(objects), model: served(model), run: { id: 'run', execution: 'first' }, asks: 3 },
    complete: async (made) => {
      asked.push(made);
      return answer(asked.length);
    },
    now: () => new Date('2026-11-03T10:00:00Z'),
    ...settings,
  });
  const ledger: Pick<Ledger, 'ask' | 'known'> = {
    ask: async (...args) => (await opened).ask(...args),
    known: async (...args) => (await opened).known(...args),
  };
  return { ledger, asked };
}

describe('a usable reply', () => {
  it('is paid for once, in this process and the next', async () => {
    const objects = new Map<string, Uint8Array>();
    const one = open(objects);
    const first = await one.ledger.ask(request, anything);
    const two = open(objects);
    const second = await two.ledger.ask({ ...request }, anything);
    expect(second).toEqual({ ...first, known: 1 });
    expect([one.asked.length, two.asked.length]).toEqual([1, 0]);
    expect([...objects.keys()]).toEqual([expect.stringMatching(/^llm\/3\/[0-9a-f]{32}\/none\/[0-9a-f]{64}-1\.json$/)]);
    const [bytes] = objects.values();
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
      ...{ schema: 3, model, at: '2026-11-03T10:00:00.000Z', run: 'run', execution: 'first' },
      reply: { text: 'reply 1', finish: 'stop', inputTokens: 7, outputTokens: 3 },
    });
  });

  it.each<Partial<LlmRequest>>([
    { user: 'v' },
    { system: 't' },
    { temperature: 0.5 },
    { seed: 1 },
    { maxTokens: 11 },
    { jsonSchema: {} },
    { images: [{ sha256: 'a'.repeat(64), bytes: 9, mediaType: 'image/png' }] },
  ])('is not one to a request with %j', async (change) => {
    const { ledger, asked } = open(new Map());
    await ledger.ask(request, anything);
    await ledger.ask({ ...request, ...change }, anything);
    expect(asked).toHaveLength(2);
  });

  it.each<Partial<LlmIdentity>>([
    { provider: 'q' },
    { address: 'http://b/v1' },
    { model: 'n' },
    { says: { root: '/weights/b' } },
    { body: { enable_thinking: false } },
  ])('is not one of another model: %j', async (change) => {
    const objects = new Map<string, Uint8Array>();
    await open(objects).ledger.ask(request, anything);
    const other = open(objects, undefined, { model: served({ ...model, ...change }) });
    await other.ledger.ask(request, anything);
    expect(other.asked).toHaveLength(1);
  });

  it('is bought once by many who ask at the same time', async () => {
    const { ledger, asked } = open(new Map());
    const answers = await Promise.all(Array.from({ length: 9 }, () => ledger.ask(request, anything)));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['reply 1']));
    expect(asked).toHaveLength(1);
  });

  it('is the one stored first where two workers ask; the other is kept', async () => {
    const objects = new Map<string, Uint8Array>();
    const [one, two] = [open(objects), open(objects, () => replyOf('of the second'))];
    const answers = await Promise.all([one.ledger.ask(request, anything), two.ledger.ask(request, anything)]);
    const later = await open(objects).ledger.ask(request, anything);
    expect(new Set([...answers, later].map(({ text }) => text)).size).toBe(1);
    expect(objects.size).toBe(2);
  });

  it('is not used where it could not be stored', async () => {
    const store = { ...createMemoryStore(), putObjectIfAbsent: () => Promise.reject(new Error('store is down')) };
    await expect(open(new Map(), undefined, { store }).ledger.ask(request, anything)).rejects.toThrow('store is down');
  });
});

const unusable: [what: string, reply: LlmReply, fault: string, asks: number][] = [
  ['empty', replyOf(''), 'empty', 3],
  ['cut off', replyOf('The lesion shows an irr', { finish: 'length' }), 'cut off', 3],
  ['cut off while thinking', replyOf('', { finish: 'length', thought: 900 }), 'cut off while thinking', 3],
  ['thinking only', replyOf('', { thought: 900 }), 'thinking without an answer', 3],
  ['filtered', replyOf('', { finish: 'filtered' }), 'filtered by the endpoint', 3],
  ['refused', replyOf('', { finish: 'refused' }), 'refused by the endpoint', 3],
  ['too long', replyOf('', { finish: 'too long' }), 'longer than the model takes', 1],
  ['of no use to the reader', replyOf('no'), 'too short', 3],
];
const read = (text: string): string | null => (text.length < 4 ? 'too short' : null);

describe.each(unusable)('a reply that is %s', (_, reply, fault, asks) => {
  it('is asked for again as often as is set, kept, and never the answer', async () => {
    const objects = new Map<string, Uint8Array>();
    const { ledger, asked } = open(objects, () => reply);
    expect(await ledger.ask(request, read)).toMatchObject({ fault, text: reply.text, known: 0 });
    expect(asked).toHaveLength(asks);
    expect(objects.size).toBe(asks);
    // A worker that takes over in the same execution does not start over.
    const next = open(objects, () => reply);
    expect(await next.ledger.ask(request, read)).toMatchObject({ fault, known: asks });
    expect(next.asked).toHaveLength(0);
  });

  it('gives way to a good one, which is then the answer forever', async () => {
    const objects = new Map<string, Uint8Array>();
    await open(objects, () => reply).ledger.ask(request, read);
    const resumed = open(objects, () => replyOf('a good one'), { run: { id: 'run', execution: 'second' } });
    expect(await resumed.ledger.ask(request, read)).toMatchObject({ fault: null, text: 'a good one' });
    expect(resumed.asked).toHaveLength(1);
    const later = open(objects, undefined, { run: { id: 'another', execution: 'third' } });
    expect(await later.ledger.ask(request, read)).toMatchObject({ fault: null, text: 'a good one', known: asks + 1 });
    expect(later.asked).toHaveLength(0);
  });
});

describe('asking again', () => {
  it('varies the seed, and gives room after a reply that was cut off', async () => {
    const replies = [replyOf('cut', { finish: 'length' }), replyOf(''), replyOf('good one')];
    const { ledger, asked } = open(new Map(), (call) => replies[call - 1] ?? replyOf('more'));
    expect((await ledger.ask(request, read)).text).toBe('good one');
    expect(asked.map(({ seed, maxTokens }) => [seed, maxTokens])).toEqual([
      [0, 10],
      [1_000_003, 40],
      [2_000_006, 40],
    ]);
  });

  it('stores no failure', async () => {
    const objects = new Map<string, Uint8Array>();
    const down = open(objects, () => {
      throw new Error('down');
    });
    await expect(down.ledger.ask(request, anything)).rejects.toThrow('down');
    expect(objects.size).toBe(0);
    expect((await open(objects).ledger.ask(request, anything)).text).toBe('reply 1');
  });
});

describe('an entry that is damaged', () => {
  it.each([
    ['no JSON', 'x'],
    ['another request', JSON.stringify({ schema: 3, request: 'f'.repeat(64) })],
    ['no reply', '{}'],
  ])('is refused: %s', async (_, bytes) => {
    const objects = new Map<string, Uint8Array>();
    await open(objects).ledger.ask(request, anything);
    const [key = ''] = objects.keys();
    objects.set(key, new TextEncoder().encode(bytes));
    await expect(open(objects).ledger.ask(request, anything)).rejects.toMatchObject({
      type: failureTypes.corrupt,
      message: expect.stringContaining(key),
    });
  });
});

it('waits for a store that is away, and buys nothing again', async () => {
  const objects = new Map<string, Uint8Array>();
  const store = createMemoryStore(objects);
  let failures = 2;
  const away = (): boolean => failures-- > 0;
  const flaky = {
    ...store,
    putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
      // The second time it was stored, and the answer was lost.
      if (away()) {
        if (failures === 0) await store.putObjectIfAbsent(key, data);
        throw unavailable('the store is away');
      }
      return store.putObjectIfAbsent(key, data);
    },
  };
  const { ledger, asked } = open(objects, undefined, { store: flaky });
  expect(await ledger.ask(request, anything)).toMatchObject({ text: 'reply 1', fault: null });
  expect([asked.length, objects.size]).toEqual([1, 1]);
});

it('waits no longer for a store once it is to end', async () => {
  const store = { ...createMemoryStore(), putObjectIfAbsent: () => Promise.reject(unavailable('the store is away')) };
  const stopped = open(new Map(), undefined, { store, signal: AbortSignal.timeout(100) });
  await expect(stopped.ledger.ask(request, anything)).rejects.toThrow('the store is away');
});

it('asks the store for few things at a time, however many replies come at once', async () => {
  const store = createMemoryStore();
  let [current, most] = [0, 0];
  const slow = {
    ...store,
    putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
      most = Math.max(most, ++current);
      await new Promise((go) => setTimeout(go, 5));
      current--;
      return store.putObjectIfAbsent(key, data);
    },
  };
  const { ledger, asked } = open(new Map(), undefined, { store: slow });
  const replies = 1_600;
  await Promise.all(Array.from({ length: replies }, (_, seed) => ledger.ask({ ...request, seed }, anything)));
  expect(asked).toHaveLength(replies);
  expect(most).toBe(32);
});
