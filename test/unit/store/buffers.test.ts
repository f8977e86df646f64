import { describe, expect, it } from 'vitest';
import { withBuffer } from '../../../activities/store/buffers.ts';

const mebibyte = 2 ** 20;

describe('withBuffer', () => {
  it('uses the same memory again, and never for two at once', async () => {
    const memory = (bytes: number) => withBuffer(bytes, async (buffer) => buffer.buffer);
    const first = await memory(3 * mebibyte);
    expect(await memory(2.5 * mebibyte)).toBe(first);
    const [one, other] = await Promise.all([memory(mebibyte), memory(mebibyte)]);
    expect(one).not.toBe(other);
  });

  it('gives as many bytes as are asked for', async () => {
    for (const bytes of [0, 1, 65_537, mebibyte - 1, mebibyte, mebibyte + 1])
      expect(await withBuffer(bytes, async (buffer) => buffer.byteLength)).toBe(bytes);
  });

  it('does not use again what a failed request may still read from', async () => {
    const given = new Set<ArrayBufferLike>();
    const failing = withBuffer(5 * mebibyte, async ({ buffer }) => {
      given.add(buffer);
      throw new Error('given up');
    });
    await expect(failing).rejects.toThrow('given up');
    expect(given).not.toContain(await withBuffer(5 * mebibyte, async ({ buffer }) => buffer));
  });

  it('keeps a bounded number', async () => {
    const all = Array.from({ length: 20 }, () => withBuffer(mebibyte, async ({ buffer }) => buffer));
    const before = new Set(await Promise.all(all));
    const again = Array.from({ length: 20 }, () => withBuffer(mebibyte, async ({ buffer }) => buffer));
    expect((await Promise.all(again)).filter((buffer) => before.has(buffer)).length).toBeLessThanOrEqual(4);
  });
});
