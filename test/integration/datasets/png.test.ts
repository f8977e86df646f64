import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { encodePng } from '../../../activities/datasets/png.ts';
import { readEnvironment } from '../../../infra/env.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { noise } from '../../support/pixels.ts';

it('a PNG gives the same pixels to Pillow, which the trainer reads it with, of one colour as well', async () => {
  const folder = await temporaryFolder();
  const [width, height] = [57, 31];
  const images = [noise('pillow', 3 * width * height), new Uint8Array(3 * width * height).fill(200)];
  const paths = images.map((_, i) => join(folder, `${i}.png`));
  for (const [i, path] of paths.entries())
    await writeFile(path, await encodePng(images[i] ?? new Uint8Array(), width, height));
  const program =
    'import sys, hashlib; from PIL import Image; [print(hashlib.sha256(Image.open(p).tobytes()).hexdigest()) for p in sys.argv[1:]]';
  const { stdout } = await execa(readEnvironment(process.env).trainerPython, ['-c', program, ...paths]);
  expect(stdout.split('\n')).toEqual(images.map((rgb) => hash('sha256', rgb)));
});
