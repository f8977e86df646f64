/** Results of a batch are read row by row while they come. */
import { describe, expect, it } from 'vitest';
import { collectLines } from '../../../activities/llm/batch/lines.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { replyOf } from '../../support/llm.ts';

const request = { system: 's', user: 'u', maxTokens: 9, temperature: 0, seed: 0 };
const lines = new Map(['a', 'b', 'c'].map((id) => [id, request]));
const row = (id: string, body: unknown): string => JSON.stringify({ id, body });

/** Collects results that come a few bytes at a time, so that characters are cut; tells how much had come at each reply. */
async function collect(text: string) {
  const bytes = new TextEncoder().encode(text);
  let given = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (given >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(given, given + 3));
      given += 3;
    },
  });
  const read: number[] = [];
  const codec = {
    encode: async () => ({ body: {}, beta: '' }),
    decode: async (_: unknown, told: unknown) => {
      read.push(given);
      return replyOf(String(told));
    },
  };
  const clean = (text: string) => text;
  const means = { name: 'it', clean, codec, loadImage: async () => new Uint8Array(), send: async () => new Response() };
  const state = await collectLines(means, lines, new Response(body), (value) => value as { id: string; body: unknown });
  return { state, read, length: bytes.length };
}

describe('results of a batch', () => {
  it('are read while they come, in pieces that cut characters', async () => {
    const { state, read, length } = await collect(
      `${row('a', 'ä')}\r\n\nno JSON\n${row('other', 'x')}\n${row('b', 'ö')}`,
    );
    expect(state).toMatchObject({ ended: true, isOurs: true });
    const replies = state.ended ? [...state.replies].map(([id, { text }]) => [id, text]) : [];
    expect(replies).toEqual([
      ['a', 'ä'],
      ['b', 'ö'],
    ]);
    expect(read[0]).toBeLessThan(length / 2);
  });

  it('that end in the middle of a row are asked for again', async () => {
    await expect(collect(`${row('a', 'x')}\n${row('b', 'y').slice(0, -3)}`)).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringContaining('end in the middle of a row'),
    });
  });

  it('of nothing are an empty batch of ours', async () => {
    expect((await collect('')).state).toMatchObject({ ended: true, isOurs: true });
  });
});
