import { describe, expect, it } from 'vitest';
import { decode, nextToken } from '../../../activities/inference/decode.ts';
import type { Decoded, DecoderInput, Graphs } from '../../../activities/inference/graphs.ts';
import { createPrefill, type EmbeddedPrompt } from '../../../activities/inference/prefill.ts';

const files = { hiddenSize: 1, imageToken: 1, padToken: 0, endTokens: new Set([2]), suppressed: [0] };
const vocabulary = 200;

/**
 * A model that reads nothing but its cache: a row whose first token is n ends after n % 10 more tokens, each of which is
 * n. What it is given is checked and noted.
 */
function scripted() {
  const calls: { batch: number; length: number }[] = [];
  const graphs: Pick<Graphs, 'decode'> = {
    decode: async (input: DecoderInput, past): Promise<Decoded> => {
      const { batch, tokens, last, pastLengths } = input;
      const length = tokens.length / batch;
      calls.push({ batch, length });
      const before = past?.['0.key'];
      const room = before?.shape[2] ?? 0;
      const logits = new Float32Array(batch * vocabulary);
      for (let row = 0; row < batch; row += 1) {
        const first = before ? (before.data[row * room] ?? 0) : Number(tokens[row * length]);
        const spoken = before ? (pastLengths[row] ?? 0) + 1 - (before.data[row * room + 1] ?? 0) : 0;
        expect(Number(input.positions[row * length + length - 1] ?? 0n)).toBeGreaterThanOrEqual(0);
        if (before) expect(Number(tokens[row])).toBe(first);
        expect(Number(last[row])).toBeLessThan(batch * length);
        logits[row * vocabulary + (spoken >= first % 10 ? 2 : first)] = 1;
        logits[row * vocabulary] = 9; // suppressed
      }
      // Of each row its first token and its prompt's length, where there is room for them.
      const data = Float32Array.from({ length: batch * length }, (_, i) => {
        const row = Math.floor(i / length);
        const own = Number(last[row]) - row * length + 1;
        return i % length === 0 ? Number(tokens[row * length]) : i % length === 1 ? own : 0;
      });
      return { logits, added: { '0.key': { data, shape: [batch, 1, length, 1] } } };
    },
  };
  return { graphs, calls };
}

const promptOf = (first: number, length: number): EmbeddedPrompt => ({
  tokens: [first, ...new Array<number>(length - 1).fill(5)],
  positions: {
    ...{ time: new Array<number>(length).fill(0), height: new Array<number>(length).fill(0) },
    ...{ width: new Array<number>(length).fill(0), next: length },
  },
  ...{ pictures: [], shown: 0 },
});

const decodeAll = (prompts: readonly EmbeddedPrompt[], graphs: Pick<Graphs, 'decode'>, maxNewTokens: number) =>
  decode(prompts, createPrefill(files, graphs), graphs, files, { maxNewTokens, sampling: null, check: () => {} });

describe('decode', () => {
  it('gives the answers in the order of the prompts, whatever their lengths and wherever each ends', async () => {
    const { graphs, calls } = scripted();
    const firsts = Array.from({ length: 60 }, (_, i) => 10 + ((i * 37) % 150));
    const prompts = firsts.map((first, i) => promptOf(first, 2 + ((i * 13) % 40)));
    const answers = await decodeAll(prompts, graphs, 20);
    expect(answers).toEqual(firsts.map((first) => new Array<number>(first % 10).fill(first)));
    // Rows that have ended are not computed any more.
    const batches = calls.filter(({ length }) => length === 1).map(({ batch }) => batch);
    expect(batches).toEqual([...batches].toSorted((a, b) => b - a));
    expect(batches.at(-1)).toBeLessThan(12);
  });

  it('takes prompts of about 512 tokens at once, longest first, so that few are padded', async () => {
    const { graphs, calls } = scripted();
    await decodeAll(
      Array.from({ length: 40 }, (_, i) => promptOf(13, 20 + i)),
      graphs,
      1,
    );
    expect(calls.reduce((sum, { batch, length }) => sum + batch * length, 0)).toBeLessThan(1.15 * (40 * 39.5));
    for (const { batch, length } of calls) expect(batch * length).toBeLessThanOrEqual(512);
  });

  it('ends every row at the limit', async () => {
    const { graphs } = scripted();
    expect(await decodeAll([promptOf(19, 3), promptOf(12, 4)], graphs, 5)).toEqual([
      new Array<number>(5).fill(19),
      new Array<number>(2).fill(12),
    ]);
  });

  it('refuses image features that are not as many as their placeholders', async () => {
    const { graphs } = scripted();
    const prompt = { ...promptOf(19, 3), pictures: [{ digest: 'a', features: new Float32Array(2) }] };
    await expect(decodeAll([prompt], graphs, 5)).rejects.toThrow('placeholders');
  });
});

describe('nextToken', () => {
  it('takes the most likely token, the first of equal ones', () => {
    expect(nextToken(Float32Array.of(0, 3, 3, 1), [])).toBe(1);
    expect(nextToken(Float32Array.of(-5, -2, -9, -2), [])).toBe(1);
  });

  it('never takes a suppressed token', () => {
    expect(nextToken(Float32Array.of(0, 3, 3, 1), [1])).toBe(2);
    expect(nextToken(Float32Array.of(-5, -2, -9, -2), [1, 3])).toBe(0);
  });
});
