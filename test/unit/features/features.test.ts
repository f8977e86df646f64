import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featuresOf, type KnownEncoder } from '../../../activities/features/features-of.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { type BlobRef, digestOf } from '../../../domain/artifact.ts';
import { areFinite, type FeatureForm, featuresOfAnswer } from '../../../domain/features/encoder.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

describe('an answer of a graph', () => {
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);
  const first = { pooling: 'first', prefixTokens: 1 } as const;
  const mean = { pooling: 'mean', prefixTokens: 1 } as const;

  it.each([
    ['rows', [2, 3], 'pooled', first, { shape: [3], data: [0, 1, 2, 3, 4, 5] }],
    ['the class token', [2, 3, 2], 'pooled', first, { shape: [2], data: [0, 1, 6, 7] }],
    [
      'the mean of the patches, without the class token',
      [2, 3, 2],
      'pooled',
      mean,
      { shape: [2], data: [3, 4, 9, 10] },
    ],
    ['the patches', [2, 3, 2], 'patches', first, { shape: [2, 2], data: [2, 3, 4, 5, 8, 9, 10, 11] }],
    ['the mean of a map', [1, 2, 2, 2], 'pooled', mean, { shape: [2], data: [1.5, 5.5] }],
    ['the patches of a map', [1, 2, 1, 2], 'patches', mean, { shape: [2, 2], data: [0, 2, 1, 3] }],
  ] as const)('is %s', (_, dims, form, settings, expected) => {
    const count = dims.reduce((product: number, length) => product * length, 1);
    const { shape, data } = featuresOfAnswer(numbers(count), dims, form, settings);
    expect({ shape, data: [...data] }).toEqual(expected);
  });

  it.each([
    ['patches of rows', [2, 3], 'patches', first, 'no patches'],
    ['a class token of a map', [1, 2, 2, 2], 'pooled', first, 'pooling: mean'],
    ['patches of tokens that are none', [1, 1, 2], 'patches', first, '1 are no patches'],
    ['five dimensions', [1, 1, 1, 1, 1], 'pooled', first, 'it answers [1, 1, 1, 1, 1]'],
  ] as const)('has no %s', (_, dims, form, settings, words) => {
    expect(() => featuresOfAnswer(numbers(99), dims, form, settings)).toThrow(words);
  });
});

describe('numbers', () => {
  it('are finite only if each of them is', () => {
    fc.assert(
      fc.property(fc.float32Array(), (numbers) => {
        expect(areFinite(numbers)).toBe(numbers.every(Number.isFinite));
      }),
    );
    for (const spoilt of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (const at of [0, 500, 999]) expect(areFinite(new Float32Array(1000).with(at, spoilt))).toBe(false);
    expect(areFinite(new Float32Array(1000).fill(3.4e38))).toBe(true);
  });
});

/** Features are the picture's first bytes. */
function countingEncoder(digest = digestOf('encoder')) {
  const encoded: string[] = [];
  let opened = 0;
  let closed = 0;
  let failAfter = Number.POSITIVE_INFINITY;
  const known: KnownEncoder = {
    digest,
    open: async () => {
      opened += 1;
      return {
        atOnce: 16,
        encode: async (pictures, form) => {
          if (encoded.length >= failAfter) throw new Error('killed');
          encoded.push(...pictures.map((picture) => new TextDecoder().decode(picture)));
          const width = form === 'pooled' ? 2 : 4;
          const data = pictures.flatMap((picture) => Array.from({ length: width }, (_, i) => picture[i] ?? 0));
          return { shape: form === 'pooled' ? [2] : [2, 2], data: Float32Array.from(data) };
        },
        close: async () => {
          closed += 1;
        },
      };
    },
  };
  return {
    known,
    encoded,
    failAfter: (count: number) => {
      failAfter = count;
    },
    counts: () => ({ opened, closed }),
  };
}

const pictures = (store: ArtifactStore, count: number): Promise<BlobRef[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => store.putBlob(`${i} is a picture`)));

async function read(store: ArtifactStore, images: BlobRef[], known: KnownEncoder, form: FeatureForm = 'pooled') {
  const found = new Map<string, number[]>();
  const damaged: string[] = [];
  await featuresOf(images, form, known, (sha256, features) => void found.set(sha256, [...features]), {
    ...{ store, signal: new AbortController().signal, onProgress: () => {} },
    onDamaged: (key) => damaged.push(key),
  });
  return { found, damaged };
}

describe('features', () => {
  it('are computed once for each picture, encoder and form', async () => {
    const store = createMemoryStore();
    const images = await pictures(store, 40);
    const encoder = countingEncoder();
    const { found } = await read(store, [...images, ...images.slice(0, 5)], encoder.known);
    expect(found.size).toBe(40);
    expect(found.get(images[3]?.sha256 ?? '')).toEqual([...new TextEncoder().encode('3 ')]);
    expect(encoder.encoded).toHaveLength(40);
    expect((await read(store, images.slice(7), encoder.known)).found.size).toBe(33);
    expect(encoder.counts()).toEqual({ opened: 1, closed: 1 });
    const [first] = (await read(store, images.slice(0, 1), encoder.known, 'patches')).found.values();
    expect(first).toHaveLength(4);
    const other = countingEncoder(digestOf('another'));
    await read(store, images, other.known);
    expect(other.encoded).toHaveLength(40);
  });

  it('that were computed before the end came are not computed again', async () => {
    const store = createMemoryStore();
    const images = await pictures(store, 64);
    const encoder = countingEncoder();
    encoder.failAfter(32);
    await expect(read(store, images, encoder.known)).rejects.toThrow('killed');
    encoder.failAfter(Number.POSITIVE_INFINITY);
    expect((await read(store, images, encoder.known)).found.size).toBe(64);
    expect(encoder.encoded).toHaveLength(64);
    expect(new Set(encoder.encoded).size).toBe(64);
    expect(encoder.counts()).toEqual({ opened: 2, closed: 2 });
  });

  it('that are damaged are told, and computed and kept again', async () => {
    const objects = new Map<string, Uint8Array>();
    const store = createMemoryStore(objects);
    const images = await pictures(store, 3);
    const encoder = countingEncoder();
    const { found } = await read(store, images, encoder.known);
    const [key = ''] = [...objects.keys()].filter((name) => name.startsWith('features/'));
    objects.get(key)?.subarray(-4).fill(9);
    const again = await read(store, images, encoder.known);
    expect(again).toEqual({ found, damaged: [key] });
    expect(encoder.encoded).toHaveLength(6);
    expect((await read(store, images, encoder.known)).found).toEqual(found);
    expect(encoder.encoded).toHaveLength(6);
  });
});
