import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cache } from '../../../activities/inference/cache.ts';
import type { Decoded, DecoderInput, Graphs } from '../../../activities/inference/graphs.ts';
import { createPrefill, type EmbeddedPrompt } from '../../../activities/inference/prefill.ts';

const imageToken = 1;
const files = { hiddenSize: 1, imageToken, padToken: 0 };
const [heads, width] = [2, 2];

/** What a token is to the model, from which its neighbours cannot be told. */
const keyOf = (token: number, positions: readonly number[]): number =>
  positions.reduce((sum, position, axis) => (31 * sum + position + axis) % 9973, token);

/** A key is what its token is; the score is of all tokens that the last one sees, in their order. */
function scripted() {
  const calls: { batch: number; length: number; room: number }[] = [];
  const decode: Graphs['decode'] = async (input: DecoderInput, past): Promise<Decoded> => {
    const { batch, tokens, positions, last, pastLengths, features, places } = input;
    const length = tokens.length / batch;
    const shown = new Map([...places].map((place, i) => [Number(place), features[i] ?? Number.NaN]));
    const valueAt = (place: number): number => {
      const axes = [0, 1, 2].map((axis) => Number(positions[axis * batch * length + place]));
      return keyOf(1_000 + (shown.get(place) ?? Number(tokens[place])), axes);
    };
    const { data: before = new Float32Array(0), shape: [, , room = 0] = [] } = past?.['0.key'] ?? {};
    calls.push({ batch, length, room });
    const data = new Float32Array(batch * heads * length * width);
    for (let i = 0; i < data.length; i += 1) {
      const row = Math.floor(i / (heads * length * width));
      data[i] = valueAt(row * length + (Math.floor(i / width) % length));
    }
    const logits = Float32Array.from({ length: batch }, (_, row) => {
      const old = Array.from(
        { length: pastLengths[row] ?? 0 },
        (__, i) => before[(row * heads * room + i) * width] ?? 0,
      );
      const count = Number(last[row]) - row * length + 1;
      const own = Array.from({ length: count }, (__, i) => valueAt(row * length + i));
      return scoreOf([...old, ...own]);
    });
    return { logits, added: { '0.key': { data, shape: [batch, heads, length, width] } } };
  };
  return { graphs: { decode }, calls };
}

const scoreOf = (values: readonly number[]): number => values.reduce((sum, value) => (7 * sum + value) % 65_521, 0);

interface Asked {
  /** Tokens before the image, its own, and after it. */
  before: number[];
  pictures: number[];
  after: number[];
}

/** A picture is one token, whose feature is its number. */
function promptOf({ before, pictures, after }: Asked): EmbeddedPrompt {
  const tokens = [...before, ...pictures.map(() => imageToken), ...after];
  const counted = tokens.map((_, i) => i);
  const shown = pictures.length > 0 && after.length > 0 ? before.length + pictures.length : 0;
  return {
    ...{ tokens, shown },
    positions: {
      time: counted,
      height: counted.map((i) => 2 * i),
      width: counted.map((i) => 3 * i),
      next: tokens.length,
    },
    pictures: pictures.map((picture) => ({ digest: `picture ${picture}`, features: Float32Array.of(picture) })),
  };
}

const expectedScore = ({ before, pictures, after }: Asked): number =>
  scoreOf(
    [...before, ...pictures.map((picture) => picture), ...after].map((token, i) =>
      keyOf(1_000 + token, [i, 2 * i, 3 * i]),
    ),
  );

const arbitraryAsked: fc.Arbitrary<Asked> = fc
  .record({
    before: fc.array(fc.integer({ min: 5, max: 9 }), { maxLength: 3 }),
    pictures: fc.array(fc.integer({ min: 100, max: 103 }), { maxLength: 2 }),
    after: fc.array(fc.integer({ min: 5, max: 9 }), { maxLength: 4 }),
  })
  .filter(({ before, pictures, after }) => before.length + pictures.length + after.length > 0);

const nothing = (): void => {};

describe('prefill', () => {
  it('scores each prompt as if it went through the graph alone and whole, whatever was asked before', async () => {
    const batch = fc.array(arbitraryAsked, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 4 }), async (batches) => {
        const { graphs } = scripted();
        const prefill = createPrefill(files, graphs, 500);
        for (const asked of batches) {
          const cache = new Cache(asked.length);
          const scores = await prefill(asked.map(promptOf), cache, nothing);
          expect(scores.map(([score]) => score)).toEqual(asked.map(expectedScore));
          expect(cache.lengths).toEqual(asked.map((one) => promptOf(one).tokens.length));
        }
      }),
    );
  });

  it('computes what leads up to a picture once for all questions about it, in one batch or several', async () => {
    const { graphs, calls } = scripted();
    const prefill = createPrefill(files, graphs);
    const ask = (picture: number, question: number): EmbeddedPrompt =>
      promptOf({ before: [5, 6], pictures: [picture], after: [question] });
    await prefill([ask(100, 7), ask(100, 8), ask(101, 7)], new Cache(3), nothing);
    await prefill([ask(101, 9), ask(100, 9)], new Cache(2), nothing);
    expect(calls).toEqual([
      { batch: 2, length: 3, room: 0 },
      { batch: 3, length: 1, room: 3 },
      { batch: 2, length: 1, room: 3 },
    ]);
  });

  it('tells pictures apart whose tokens are the same, and the same picture after other words', async () => {
    const { graphs, calls } = scripted();
    const prefill = createPrefill(files, graphs);
    const asked = [
      { before: [5], pictures: [100], after: [7] },
      { before: [5], pictures: [101], after: [7] },
      { before: [6], pictures: [100], after: [7] },
      { before: [5], pictures: [100, 101], after: [7] },
      { before: [5], pictures: [101, 100], after: [7] },
    ];
    const scores = await prefill(asked.map(promptOf), new Cache(asked.length), nothing);
    expect(scores.map(([score]) => score)).toEqual(asked.map(expectedScore));
    expect(calls.filter(({ room }) => room === 0).reduce((sum, { batch }) => sum + batch, 0)).toBe(5);
  });

  it('computes again what there was no room for', async () => {
    const { graphs, calls } = scripted();
    const one = promptOf({ before: [5, 6], pictures: [100], after: [7] });
    const other = promptOf({ before: [5, 6], pictures: [101], after: [7] });
    const bytes = 3 * heads * width * Float32Array.BYTES_PER_ELEMENT;
    const prefill = createPrefill(files, graphs, bytes);
    for (const prompt of [one, other, other, one]) await prefill([prompt], new Cache(1), nothing);
    expect(calls.filter(({ room }) => room === 0)).toHaveLength(3);
  });

  it('stops where it is told to', async () => {
    const { graphs, calls } = scripted();
    const prefill = createPrefill(files, graphs);
    const prompt = promptOf({ before: [5], pictures: [100], after: [7] });
    const stop = (): void => {
      if (calls.length > 0) throw new Error('stopped');
    };
    await expect(prefill([prompt], new Cache(1), stop)).rejects.toThrow('stopped');
    expect(calls).toHaveLength(1);
  });
});
