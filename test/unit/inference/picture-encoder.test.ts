import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../../../activities/inference/graphs.ts';
import { createPictureEncoder } from '../../../activities/inference/picture-encoder.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { patternPng } from '../../support/micro-model.ts';

const image = { patchSize: 14, mergeSize: 2, minPixels: 28 * 28, maxPixels: 448 * 448 };

/** Features are the mean of the pixels and the number of pixels; what is encoded together is noted. */
async function opened(room?: number) {
  const folder = await temporaryFolder();
  const runs: string[][] = [];
  const encodeImages = async (pictures: readonly RgbImage[]): Promise<Float32Array[]> => {
    runs.push(pictures.map(({ width, height }) => `${height}x${width}`));
    return pictures.map(({ data }) =>
      Float32Array.of(
        data.reduce((sum, value) => sum + value, 0),
        data.length,
      ),
    );
  };
  const write = async (name: string, size: [number, number]): Promise<string> => {
    await writeFile(join(folder, name), await patternPng(name, size));
    return join(folder, name);
  };
  return { folder, runs, write, encoder: createPictureEncoder({ image }, { encodeImages }, room) };
}

describe('the picture encoder', () => {
  it('encodes pictures of one size together, some 512 patches at a time', async () => {
    const { encoder, runs, write } = await opened();
    const paths = [];
    for (let i = 0; i < 12; i += 1) paths.push(await write(`${i}.png`, i % 3 === 0 ? [84, 140] : [112, 112]));
    const encoded = await encoder.encode(paths, () => {});
    expect([...encoded.keys()]).toEqual(paths);
    expect(runs.map((run) => new Set(run).size)).toEqual([1, 1]);
    expect(runs.flat()).toHaveLength(12);
    expect(encoded.get(paths[0] ?? '')?.grid).toEqual({ height: 6, width: 10 });
    const many = await opened();
    const others = [];
    for (let i = 0; i < 20; i += 1) others.push(await many.write(`${i}.png`, [112, 112]));
    await many.encoder.encode(others, () => {});
    expect(many.runs.map((run) => run.length)).toEqual([8, 8, 4]);
  });

  it('encodes the same bytes once, under any name and in any batch', async () => {
    const { encoder, folder, runs, write } = await opened();
    const path = await write('a.png', [28, 28]);
    const copy = join(folder, 'b.png');
    await copyFile(path, copy);
    const first = await encoder.encode([path, copy, path], () => {});
    encoder.readAhead([copy]);
    const second = await encoder.encode([copy], () => {});
    expect(runs).toEqual([['28x28']]);
    expect(first.get(copy)).toEqual(first.get(path));
    expect(second.get(copy)).toEqual(first.get(path));
  });

  it('knows a file that has changed by its bytes', async () => {
    const { encoder, runs, write } = await opened();
    const path = await write('a.png', [28, 28]);
    const before = await encoder.encode([path], () => {});
    await writeFile(path, await patternPng('another', [28, 28]));
    const after = await encoder.encode([path], () => {});
    expect(runs).toHaveLength(2);
    expect(after.get(path)?.features).not.toEqual(before.get(path)?.features);
  });

  it('keeps no more than there is room for, what was used last', async () => {
    const { encoder, runs, write } = await opened(3 * 8);
    const paths = [];
    for (let i = 0; i < 5; i += 1) paths.push(await write(`${i}.png`, [28, 28]));
    // More at once than there is room for: all of them are there none the less.
    expect([...(await encoder.encode(paths, () => {})).keys()]).toEqual(paths);
    await encoder.encode(paths.slice(2), () => {});
    expect(runs).toHaveLength(1);
    await encoder.encode(paths.slice(0, 1), () => {});
    expect(runs).toHaveLength(2);
  });

  it('names the picture that has no size of the model', async () => {
    const { encoder, write } = await opened();
    await expect(encoder.encode([await write('odd.png', [30, 28])], () => {})).rejects.toThrow('odd.png is 28x30');
  });
});
