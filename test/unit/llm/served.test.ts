/** Which weights answer: a fingerprint that is new, that changes in the middle, that differs from machine to machine. */
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../activities/llm/ledger.ts';
import { modelOfRecord, recogniseModel } from '../../../activities/llm/served.ts';
import type { LlmIdentity, LlmReply, LlmRequest } from '../../../domain/llm.ts';
import { replyOf } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const identity: LlmIdentity = { provider: 'p', address: 'http://a/v1', model: 'm', says: {}, body: {} };
const anything = (): null => null;
const requests = Array.from(
  { length: 12 },
  (_, seed): LlmRequest => ({
    ...{ system: 's', user: 'u', maxTokens: 10, temperature: 0, seed },
  }),
);

/** A model whose fingerprint is a function of the calls so far, from 1. */
function endpoint(fingerprintOf: (call: number) => string | null) {
  let calls = 0;
  const complete = async (): Promise<LlmReply> => {
    calls++;
    const systemFingerprint = fingerprintOf(calls);
    return replyOf(`by ${systemFingerprint}`, { systemFingerprint });
  };
  return { complete, calls: () => calls };
}

/** A stage of a run: recognises the model, then asks the first `count` requests. */
async function stage(
  objects: Map<string, Uint8Array>,
  { complete }: ReturnType<typeof endpoint>,
  { run = 'run', execution = 'first', count = requests.length } = {},
) {
  const store = createMemoryStore(objects);
  const model = await recogniseModel(store, identity, { run, stage: 'trajectories/2' }, complete);
  const settings = { store, model, run: { id: run, execution }, asks: 3, now: () => new Date(0) };
  const ledger = await openLedger({ ...settings, complete });
  const texts: string[] = [];
  for (const request of requests.slice(0, count)) texts.push((await ledger.ask(request, anything)).text);
  return { model, texts };
}

describe('other weights under the same name', () => {
  it('are asked again by another run, and their artifact is another', async () => {
    const objects = new Map<string, Uint8Array>();
    const before = await stage(
      objects,
      endpoint(() => 'fp_a'),
    );
    const changed = endpoint(() => 'fp_b');
    const after = await stage(objects, changed, { run: 'another' });
    expect(new Set(after.texts)).toEqual(new Set(['by fp_b']));
    expect(changed.calls()).toBe(1 + requests.length);
    expect(modelOfRecord(after.model)).not.toEqual(modelOfRecord(before.model));
  });

  it('that are back find what they wrote', async () => {
    const objects = new Map<string, Uint8Array>();
    await stage(
      objects,
      endpoint(() => 'fp_a'),
    );
    await stage(
      objects,
      endpoint(() => 'fp_b'),
      { run: 'second' },
    );
    const again = endpoint(() => 'fp_a');
    const { texts } = await stage(objects, again, { run: 'third' });
    expect(new Set(texts)).toEqual(new Set(['by fp_a']));
    expect(again.calls()).toBe(1);
  });
});

describe('a fingerprint that changes in the middle of a stage', () => {
  it('costs nothing: the stage goes on with both, and a later attempt finds all', async () => {
    const objects = new Map<string, Uint8Array>();
    const changing = endpoint((call) => (call <= 5 ? 'fp_a' : 'fp_b'));
    const first = await stage(objects, changing, { count: 8 });
    expect(new Set(first.texts)).toEqual(new Set(['by fp_a', 'by fp_b']));
    const resumed = await stage(objects, changing, { execution: 'second' });
    expect(changing.calls()).toBe(1 + requests.length);
    expect(resumed.texts.slice(0, 8)).toEqual(first.texts);
    expect(modelOfRecord(resumed.model)).toEqual(modelOfRecord(first.model));
  });

  it('has another run ask again only what the former weights answered', async () => {
    const objects = new Map<string, Uint8Array>();
    await stage(
      objects,
      endpoint((call) => (call <= 5 ? 'fp_a' : 'fp_b')),
    );
    const after = endpoint(() => 'fp_b');
    const { texts } = await stage(objects, after, { run: 'another' });
    expect(new Set(texts)).toEqual(new Set(['by fp_b']));
    expect(after.calls()).toBe(1 + 4); // the first call of five was the recognition
  });

  it('is remembered before its reply is stored, so that no crash between the two loses it', async () => {
    const order: string[] = [];
    const store = createMemoryStore();
    const put = async (key: string, data: Uint8Array | string): Promise<boolean> => {
      order.push(key.split('/')[1] ?? '');
      return store.putObjectIfAbsent(key, data);
    };
    const ledger = await openLedger({
      ...{ store: { ...store, putObjectIfAbsent: put }, model: { identity, fingerprint: 'fp_a', part: 's' } },
      ...{
        run: { id: 'run', execution: 'x' },
        asks: 1,
        now: () => new Date(0),
        complete: endpoint(() => 'fp_b').complete,
      },
    });
    await Promise.all(requests.slice(0, 3).map((request) => ledger.ask(request, anything)));
    expect([order[0], order.filter((part) => part === 'served').length]).toEqual(['served', 1]);
    expect(order).toContain('3');
  });
});

describe('machines of several fingerprints', () => {
  it('are one model by the time they have answered: another run buys little', async () => {
    const objects = new Map<string, Uint8Array>();
    await stage(
      objects,
      endpoint((call) => `fp_${call % 3}`),
    );
    const again = endpoint((call) => `fp_${(call + 1) % 3}`);
    await stage(objects, again, { run: 'another' });
    expect(again.calls()).toBeLessThanOrEqual(1 + 4);
    const third = endpoint((call) => `fp_${call % 3}`);
    await stage(objects, third, { run: 'another', execution: 'second' });
    expect(third.calls()).toBe(0);
  });
});

describe('an endpoint that tells no fingerprint', () => {
  it('is one model, and what it refuses is kept with the rest', async () => {
    const objects = new Map<string, Uint8Array>();
    const silent = endpoint(() => null);
    const { model } = await stage(objects, silent);
    expect(modelOfRecord(model)).toEqual(identity);
    await stage(objects, silent, { run: 'another' });
    expect(silent.calls()).toBe(2 + requests.length);
  });

  it('but once is known by what it tells later', async () => {
    const objects = new Map<string, Uint8Array>();
    const late = endpoint((call) => (call === 1 ? null : 'fp_a'));
    await stage(objects, late);
    await stage(objects, late, { execution: 'second' });
    expect(late.calls()).toBe(1 + requests.length);
  });
});

it('a model in this process is not asked who it is', async () => {
  const silent = endpoint(() => 'fp');
  const inProcess = { ...identity, address: null };
  const model = await recogniseModel(
    createMemoryStore(),
    inProcess,
    { run: 'r', stage: 'trajectories/2' },
    silent.complete,
  );
  expect(model).toMatchObject({ fingerprint: null, reply: null });
  expect(silent.calls()).toBe(0);
});
