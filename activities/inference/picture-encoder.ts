/**
 * Pictures to what the language model takes of them. Several of one size go through the vision tower together. Features
 * are kept by the digest of the picture's file for as long as there is room: several questions are about one picture.
 */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { LRUCache } from 'lru-cache';
import sharp from 'sharp';
import type { Graphs, RgbImage } from './graphs.ts';
import { type Grid, gridOf, type ImageSpec } from './grid.ts';
import type { ModelFiles } from './model-files.ts';

export interface EncodedPicture {
  /** Of its file. */
  digest: string;
  grid: Grid;
  /** `[tokens, hidden]` */
  features: Float32Array;
}

interface PictureEncoder {
  /** Begins to read files, beside the graphs, which hold up this thread alone. */
  readAhead(paths: Iterable<string>): void;
  /** @param check called before each run of a graph; throws to stop */
  encode(paths: Iterable<string>, check: () => void): Promise<ReadonlyMap<string, EncodedPicture>>;
}

/** Of the pictures that go through the tower together; more would leave the processor's caches. */
const patchesTogether = 512;

interface PictureFile {
  digest: string;
  pixels: () => Promise<RgbImage>;
}

/** @param room bytes of features that are kept; by default of 30,000 pictures of the tiny model, of 70 of the 7B one */
export function createPictureEncoder(
  { image: spec }: Pick<ModelFiles, 'image'>,
  graphs: Pick<Graphs, 'encodeImages'>,
  room = 1 << 28,
): PictureEncoder {
  const kept = new LRUCache<string, EncodedPicture>({
    maxSize: room,
    sizeCalculation: ({ features }) => features.byteLength,
  });
  const ahead = new Map<string, Promise<PictureFile>>();

  async function read(path: string): Promise<PictureFile> {
    const content = await readFile(path);
    const digest = hash('sha256', content);
    const decoding = kept.has(digest) ? null : pixelsOf(content);
    decoding?.catch(() => {}); // awaited in its turn
    return { digest, pixels: () => decoding ?? pixelsOf(content) };
  }

  async function encodeAll(pictures: readonly Decoded[], check: () => void): Promise<Map<string, EncodedPicture>> {
    const encoded = new Map<string, EncodedPicture>();
    for (const group of Map.groupBy(pictures, ({ width, height }) => `${height}x${width}`).values()) {
      const patches = Math.max(...group.map(({ grid }) => grid.height * grid.width));
      const together = Math.max(1, Math.floor(patchesTogether / patches));
      for (let start = 0; start < group.length; start += together) {
        check();
        const chunk = group.slice(start, start + together);
        const features = await graphs.encodeImages(chunk);
        for (const [i, { digest, grid }] of chunk.entries()) {
          const own = features[i];
          if (own) encoded.set(digest, { digest, grid, features: own });
        }
      }
    }
    return encoded;
  }

  return {
    readAhead: (paths) => {
      for (const path of paths) {
        const file = ahead.get(path) ?? read(path);
        file.catch(() => {}); // awaited in its turn
        ahead.set(path, file);
      }
    },
    encode: async (paths, check) => {
      const shown = await Promise.all(
        [...new Set(paths)].map(async (path) => ({ path, ...(await (ahead.get(path) ?? read(path))) })),
      );
      ahead.clear();
      const known = new Map<string, EncodedPicture>();
      const unknown = new Map<string, (typeof shown)[number]>();
      for (const file of shown) {
        const picture = kept.get(file.digest);
        if (picture) known.set(file.digest, picture);
        else unknown.set(file.digest, file);
      }
      const decoded = await Promise.all([...unknown.values()].map((file) => decode(file, spec)));
      const encoded = new Map([...known, ...(await encodeAll(decoded, check))]);
      for (const [digest, picture] of encoded) kept.set(digest, picture);
      return new Map(
        shown.flatMap(({ path, digest }) => {
          const picture = encoded.get(digest);
          return picture ? [[path, picture] as const] : [];
        }),
      );
    },
  };
}

interface Decoded extends RgbImage {
  digest: string;
  grid: Grid;
}

async function decode(file: PictureFile & { path: string }, spec: ImageSpec): Promise<Decoded> {
  const pixels = await file.pixels();
  const grid = gridOf({ ...pixels, name: basename(file.path) }, spec);
  return { ...pixels, digest: file.digest, grid };
}

async function pixelsOf(content: Uint8Array): Promise<RgbImage> {
  const decoded = sharp(content).removeAlpha().toColourspace('srgb').raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
