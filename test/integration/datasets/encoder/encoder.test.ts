/** An encoder of the user's own, made by PyTorch, finds what the perceptual hash of a picture cannot show. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from '../../../../activities/datasets/encoder/encoder.ts';
import type { ArtifactStore } from '../../../../activities/ports/artifact-store.ts';
import type { Case } from '../../../../domain/cases/case.ts';
import { perceptualHashOf } from '../../../../domain/cases/perceptual-hash.ts';
import { createRandom } from '../../../../domain/random.ts';
import type { DuplicateEncoderSettings } from '../../../../domain/recipe/data.ts';
import { makeCase } from '../../../support/cases.ts';
import { temporaryFolder } from '../../../support/datasets.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { trainer } from '../../../support/micro-model.ts';
import { listLeaks } from '../../../support/preparation.ts';

const side = 28;
/** Mean of each row of pixels in each channel: blind to left and right. `tokens`: with an axis for tokens. */
const exportProgram = `
import sys, torch
class Rows(torch.nn.Module):
    def forward(self, pixels):
        rows = pixels.mean(dim=3)
        rows = (rows - rows.mean(dim=2, keepdim=True)).flatten(1)
        return torch.stack([rows, -rows], dim=1) if sys.argv[2] == "tokens" else rows
torch.onnx.export(Rows(), torch.zeros(2, 3, ${side}, ${side}), sys.argv[1], dynamo=False,
                  input_names=["pixels"], output_names=["rows"], dynamic_axes={"pixels": {0: "n"}, "rows": {0: "n"}})
`;
const settings: DuplicateEncoderSettings = {
  ...{ file: 'rows.onnx', side, similarity: 0.95 },
  ...{ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
};

let store: ArtifactStore;
beforeAll(() => {
  store = createMemoryStore();
});

const open = (plugins: string, changes: Partial<DuplicateEncoderSettings> = {}) => {
  const { signal } = new AbortController();
  return openEncoder({ ...settings, ...changes }, { store, plugins, signal, report: () => {} });
};

/** Noise in large squares, its columns in another order or not: a perceptual hash tells them apart, the encoder above does not. */
async function picture(seed: number, shuffled: boolean): Promise<Case> {
  const random = createRandom(`picture/${seed}`);
  const noise = Uint8Array.from({ length: 7 * 7 * 3 }, () => Math.floor(256 * random.float()));
  const order = [3, 0, 5, 1, 6, 2, 4];
  const mixed = noise.map((_, at) => {
    const [row, column] = [Math.floor(at / 21), Math.floor(at / 3) % 7];
    return noise[21 * row + 3 * (order[column] ?? 0) + (at % 3)] ?? 0;
  });
  const drawn = sharp(shuffled ? mixed : noise, { raw: { width: 7, height: 7, channels: 3 } }).resize(56, 56, {
    kernel: 'nearest',
  });
  const rgb = await drawn.raw().toBuffer();
  const size = { width: 56, height: 56 };
  const png = await sharp(rgb, { raw: { ...size, channels: 3 } })
    .png()
    .toBuffer();
  const id = `${shuffled ? 'shuffled' : 'picture'}-${seed}`;
  const images = [{ ...(await store.putBlob(png)), ...size }];
  return makeCase(id, 'melanoma', {
    source: shuffled ? 'ood' : 'train',
    images,
    look: perceptualHashOf({ rgb, ...size }),
    group: id,
  });
}

describe('an encoder', () => {
  for (const form of ['one embedding', 'tokens']) {
    it(`finds pictures that the perceptual hash does not (${form})`, { timeout: 60_000 }, async () => {
      const plugins = await temporaryFolder();
      await execa(trainer.python, ['-c', exportProgram, join(plugins, 'rows.onnx'), form]);
      const encoder = await open(plugins);
      const train = await Promise.all(Array.from({ length: 20 }, (_, i) => picture(i, false)));
      const test = await Promise.all([3, 7, 100, 101].map((seed) => picture(seed, true)));
      expect(await listLeaks(train, test)).toEqual([]);
      const leaks = await listLeaks(train, test, { similar: (await encoder?.findSimilar(train, test)) ?? null });
      expect(leaks.map(({ kind, test, train }) => [kind, test.id, train.id])).toEqual([
        ['near-duplicate', 'shuffled-3', 'picture-3'],
        ['near-duplicate', 'shuffled-7', 'picture-7'],
      ]);
      for (const { cosine } of leaks) expect(cosine).toBeGreaterThan(0.99);
    });
  }

  it('that is missing, outside, or no such graph is one line that names field and file', async () => {
    const plugins = await temporaryFolder();
    await writeFile(join(plugins, 'text.onnx'), 'not a graph');
    await expect(open(plugins)).rejects.toThrow(
      /^data\.encoder\.file: there is no rows\.onnx in .*set DERMFLOW_PLUGINS$/,
    );
    await expect(open(plugins, { file: '../..' })).rejects.toThrow(/lies outside/);
    const encoder = await open(plugins, { file: 'text.onnx' });
    const pictures = [await picture(1, false)];
    await expect(encoder?.findSimilar(pictures, pictures)).rejects.toThrow(
      /^data\.encoder\.file: .*text\.onnx: .*expected an ONNX graph from \[n, 3, 28, 28\]/,
    );
  });
});
