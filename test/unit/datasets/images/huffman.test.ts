import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockBound, codeLengths, writeBlock } from '../../../../activities/datasets/images/huffman.ts';

const countsOf = (bytes: Uint8Array): number[] => {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
};

function deflated(bytes: Uint8Array, before = 0): Uint8Array {
  const out = new Uint8Array(before + blockBound(bytes.length));
  return out.slice(before, writeBlock(bytes, countsOf(bytes), out, before));
}

/** Bytes of few values, some much more frequent than others, as filtered pixels are. */
const skewed = fc
  .array(fc.nat(255), { minLength: 1, maxLength: 40 })
  .chain((values) =>
    fc.array(fc.nat(values.length - 1), { minLength: 1, maxLength: 3000 }).map((at) => at.map((i) => values[i] ?? 0)),
  )
  .map((values) => Uint8Array.from(values));

/** The cost of a code of any length: the sum of all packages that Huffman's algorithm makes. */
function huffmanCost(counts: readonly number[]): number {
  const weights = counts.filter((count) => count > 0);
  let cost = 0;
  while (weights.length > 1) {
    weights.sort((a, b) => a - b);
    const [a = 0, b = 0] = weights.splice(0, 2);
    weights.push(a + b);
    cost += a + b;
  }
  return cost;
}

const kraftSum = (lengths: Uint8Array): number => lengths.reduce((sum, bits) => sum + (bits > 0 ? 2 ** -bits : 0), 0);
const costOf = (lengths: Uint8Array, counts: readonly number[]): number =>
  lengths.reduce((sum, bits, symbol) => sum + bits * (counts[symbol] ?? 0), 0);

describe('writeBlock', () => {
  it('is read back by zlib, whatever the bytes and wherever it begins', () => {
    const bytes = fc.oneof(skewed, fc.uint8Array({ minLength: 1, maxLength: 3000 }));
    fc.assert(
      fc.property(bytes, fc.nat(5), (content, before) => {
        expect(Buffer.compare(inflateRawSync(deflated(content, before)), content)).toBe(0);
      }),
    );
  });

  it('keeps to its bound where every value is as frequent as any other', () => {
    const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => i & 255);
    expect(deflated(bytes).length).toBeLessThanOrEqual(blockBound(bytes.length));
  });
});

describe('codeLengths', () => {
  const counts = fc
    .array(fc.nat(50_000), { minLength: 2, maxLength: 257 })
    .filter((all) => all.filter(Boolean).length > 1);

  it('is a complete code, with a length for each symbol that occurs and none for others', () => {
    fc.assert(
      fc.property(counts, (all) => {
        const lengths = codeLengths(all);
        expect(kraftSum(lengths)).toBe(1);
        expect([...lengths].map((bits) => bits > 0)).toEqual(all.map((count) => count > 0));
      }),
    );
  });

  it('costs what Huffman codes cost where those are short enough', () => {
    const even = fc.array(fc.integer({ min: 100, max: 2000 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(even, (all) => {
        expect(costOf(codeLengths(all), all)).toBe(huffmanCost(all));
      }),
    );
  });

  it('stops at 12 bits where Huffman codes would not, at little cost', () => {
    const fibonacci = [1, 1];
    while (fibonacci.length < 25) fibonacci.push((fibonacci.at(-1) ?? 0) + (fibonacci.at(-2) ?? 0));
    const lengths = codeLengths(fibonacci);
    expect(Math.max(...lengths)).toBe(12);
    expect(kraftSum(lengths)).toBe(1);
    expect(costOf(lengths, fibonacci)).toBeLessThan(1.01 * huffmanCost(fibonacci));
  });
});
