/** Features by onnxruntime-node against PyTorch: of the shipped encoder, and of one exported for any number of pictures. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openImageEncoder } from '../../../activities/features/encoder.ts';
import { featuresOf } from '../../../activities/features/features-of.ts';
import { shippedEncoder, storedEncoder } from '../../../activities/features/stored-encoder.ts';
import { storeEncoder } from '../../../cli/encoder.ts';
import type { ArtifactRef, BlobRef } from '../../../domain/artifact.ts';
import { encoderSettingsSchema, type FeatureForm } from '../../../domain/features/encoder.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { patternPng, trainer } from '../../support/micro-model.ts';

const backbone = fileURLToPath(new URL('../../../trainer/backbone', import.meta.url));
const program = fileURLToPath(new URL('../../support/encoder.py', import.meta.url));
const tolerance = 1e-4;

const store = createMemoryStore();
const [side, count] = [112, 5];
let folder = '';
let pictures: Uint8Array[] = [];
let images: BlobRef[] = [];
let expected: { shipped: number[][][]; vit: number[][][]; panderm: number[][][] };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dermflow-test-'));
  pictures = await Promise.all(Array.from({ length: count }, (_, i) => patternPng(`picture ${i}`, [side, side])));
  images = await Promise.all(pictures.map((picture) => store.putBlob(picture)));
  const paths = await Promise.all(
    pictures.map(async (picture, i) => {
      const path = join(folder, `${i}.png`);
      await writeFile(path, picture);
      return path;
    }),
  );
  const { stdout } = await execa(trainer.python, [program, backbone, folder, ...paths]);
  const rows = z.array(z.array(z.array(z.number())));
  expected = z.object({ shipped: rows, vit: rows, panderm: rows }).parse(JSON.parse(stdout));
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The largest difference of any number. */
function furthest(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - (a[i] ?? Number.NaN))), 0);
}

const meanOf = (tokens: readonly number[][]): number[] =>
  (tokens[0] ?? []).map((_, j) => tokens.reduce((sum, token) => sum + (token[j] ?? 0), 0) / tokens.length);

async function read(artifact: ArtifactRef, form: FeatureForm) {
  const known = await storedEncoder(store, artifact, join(await temporaryFolder(), 'encoder'), 1);
  const found = new Map<string, Float32Array>();
  let shape: readonly number[] = [];
  const take = (sha256: string, features: Float32Array, of: readonly number[]): void => {
    found.set(sha256, features.slice());
    shape = of;
  };
  const { signal } = new AbortController();
  await featuresOf(images, form, known, take, { store, signal, onProgress: () => {} });
  return { shape, rows: images.map(({ sha256 }) => found.get(sha256) ?? new Float32Array()) };
}

describe('the shipped encoder', () => {
  it('gives the features of PyTorch to 1e-4, pooled and by patch, and is exported once', async () => {
    const context = { store, trainer, scratch: folder, signal: new AbortController().signal };
    const artifact = await shippedEncoder(context);
    expect(await shippedEncoder({ ...context, trainer: { ...trainer, python: '/nowhere' } })).toEqual(artifact);
    const [pooled, patches] = [await read(artifact, 'pooled'), await read(artifact, 'patches')];
    expect([pooled.shape, patches.shape]).toEqual([[128], [16, 128]]);
    for (const [i, tokens] of expected.shipped.entries()) {
      expect(furthest(patches.rows[i] ?? [], tokens.flat())).toBeLessThan(tolerance);
      expect(furthest(pooled.rows[i] ?? [], meanOf(tokens))).toBeLessThan(tolerance);
    }
  }, 240_000);

  it('gives a picture the same bits, alone or with others, by any number of threads', async () => {
    const context = { store, trainer, scratch: folder, signal: new AbortController().signal };
    const artifact = await shippedEncoder(context);
    const by = async (threads: number, requests: readonly Uint8Array[][]): Promise<Float32Array[]> => {
      const known = await storedEncoder(store, artifact, join(await temporaryFolder(), 'encoder'), threads);
      const encoder = await known.open();
      try {
        const answers = await Promise.all(requests.map((request) => encoder.encode(request, 'patches')));
        return answers.flatMap(({ data }, i) => {
          const each = data.length / (requests[i]?.length ?? 1);
          return Array.from({ length: data.length / each }, (_, at) => data.slice(at * each, (at + 1) * each));
        });
      } finally {
        await encoder.close();
      }
    };
    const alone = await by(
      1,
      pictures.map((picture) => [picture]),
    );
    expect(alone).toHaveLength(count);
    expect(await by(1, [pictures])).toEqual(alone);
    expect(await by(3, [pictures.slice(0, 2), pictures.slice(2)])).toEqual(alone);
  }, 240_000);
});

describe("an encoder of one's own", () => {
  it('gives the features of PyTorch to 1e-4, by class token, mean and patch', async () => {
    const settings = (name: string, more: string): Promise<void> =>
      writeFile(join(folder, name), `file: vit.onnx\nside: ${side}\nprefixTokens: 2\n${more}`);
    await settings('first.yaml', 'name: vit');
    await settings('mean.yaml', 'pooling: mean');
    const first = await storeEncoder(join(folder, 'first.yaml'), store);
    const mean = await storeEncoder(join(folder, 'mean.yaml'), store);
    expect([first.name, mean.name]).toEqual(['vit', 'vit']);
    const [byFirst, byMean] = [await read(first.artifact, 'pooled'), await read(mean.artifact, 'pooled')];
    const patches = await read(first.artifact, 'patches');
    expect([byFirst.shape, byMean.shape, patches.shape]).toEqual([[24], [24], [64, 24]]);
    for (const [i, tokens] of expected.vit.entries()) {
      expect(furthest(byFirst.rows[i] ?? [], tokens[0] ?? [])).toBeLessThan(tolerance);
      expect(furthest(byMean.rows[i] ?? [], meanOf(tokens.slice(2)))).toBeLessThan(tolerance);
      expect(furthest(patches.rows[i] ?? [], tokens.slice(2).flat())).toBeLessThan(tolerance);
    }
  }, 120_000);

  it('in the form of PanDerm ViT-L/16 gives the features of PyTorch to 1e-4, by class token and patch', async () => {
    await writeFile(join(folder, 'panderm.yaml'), `file: panderm.onnx\nside: ${side}\n`);
    const { artifact } = await storeEncoder(join(folder, 'panderm.yaml'), store);
    const [pooled, patches] = [await read(artifact, 'pooled'), await read(artifact, 'patches')];
    expect([pooled.shape, patches.shape]).toEqual([[32], [49, 32]]);
    for (const [i, tokens] of expected.panderm.entries()) {
      expect(furthest(pooled.rows[i] ?? [], tokens[0] ?? [])).toBeLessThan(tolerance);
      expect(furthest(patches.rows[i] ?? [], tokens.slice(1).flat())).toBeLessThan(tolerance);
    }
  }, 120_000);

  it('gives the same where it was exported for one picture, and where threads share a copy of the graph', async () => {
    const settings = encoderSettingsSchema.parse({ side, prefixTokens: 2 });
    for (const [file, bytes, threads] of [
      ['single.onnx', 1, 1],
      ['single.onnx', 2 ** 40, 2],
      ['vit.onnx', 2 ** 40, 2],
      ['vit.onnx', 1, 3],
    ] as const) {
      const encoder = openImageEncoder({ path: join(folder, file), bytes, settings, name: file }, threads);
      for (const form of ['pooled', 'patches'] as const) {
        const { data } = await encoder.encode(pictures, form);
        const wanted = expected.vit.flatMap((tokens) => (form === 'pooled' ? tokens.slice(0, 1) : tokens.slice(2)));
        expect(furthest(data, wanted.flat())).toBeLessThan(tolerance);
      }
      await encoder.close();
    }
  }, 60_000);

  it('answers several requests at once, each with its own pictures', async () => {
    const settings = encoderSettingsSchema.parse({ side, prefixTokens: 2 });
    const encoder = openImageEncoder({ path: join(folder, 'vit.onnx'), bytes: 1, settings, name: 'vit' }, 2);
    const requests = [pictures.slice(0, 1), pictures.slice(1, 5), [new Uint8Array(1)], pictures.slice(2, 4)];
    const answers = await Promise.allSettled(requests.map((own) => encoder.encode(own, 'pooled')));
    await encoder.close();
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const wanted = [[0], [1, 2, 3, 4], [], [2, 3]];
    for (const [i, answer] of answers.entries()) {
      if (answer.status === 'rejected') continue;
      const tokens = wanted[i]?.flatMap((at) => expected.vit[at]?.[0] ?? []) ?? [];
      expect(furthest(answer.value.data, tokens)).toBeLessThan(tolerance);
    }
  });

  it('that is no such graph is told in a line with what is expected', async () => {
    const open = (path: string, more: object) =>
      openImageEncoder({ path, bytes: 1, settings: encoderSettingsSchema.parse(more), name: 'encoder mine' }, 1);
    await writeFile(join(folder, 'text.onnx'), 'no graph');
    for (const [file, more, words] of [
      ['text.onnx', {}, /^encoder mine: .*expected an ONNX graph from \[n, 3, 224, 224\]/],
      ['vit.onnx', { side: 56 }, /^encoder mine: .*\[n, 3, 56, 56\]/],
      ['vit.onnx', { side, output: 'pooler' }, /^encoder mine: it has no output pooler, but tokens; /],
      ['vit.onnx', { side, prefixTokens: 66, pooling: 'mean' }, /^encoder mine: it answers 66 tokens/],
      ['log.onnx', { side }, /^encoder mine: it answers numbers that are not finite/],
    ] as const) {
      const encoder = open(join(folder, file), more);
      await expect(encoder.encode(pictures, 'pooled')).rejects.toThrow(words);
      await encoder.close();
    }
  });
});
