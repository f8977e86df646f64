/** PNGs of the import before the decoder that the trainer uses. */
import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { encodePng } from '../../../activities/datasets/images/png.ts';
import { createRandom } from '../../../domain/random.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { temporaryFolder } from '../../support/datasets.ts';

const program =
  'import sys, hashlib; from PIL import Image; [print(hashlib.sha256(Image.open(p).tobytes()).hexdigest()) for p in sys.argv[1:]]';

it('have the same pixels there, of one colour as well', async () => {
  const folder = await temporaryFolder();
  const [width, height] = [57, 31];
  const random = createRandom('pillow');
  const noise = Uint8Array.from({ length: 3 * width * height }, () => random.int(0, 255));
  const images = [noise, new Uint8Array(3 * width * height).fill(200)];
  const paths = images.map((_, i) => join(folder, `${i}.png`));
  for (const [i, image] of images.entries()) await writeFile(paths[i] ?? '', await encodePng(image, width, height));
  const { stdout } = await execa(readEnvironment(process.env).trainerPython, ['-c', program, ...paths]);
  expect(stdout.split('\n')).toEqual(images.map((rgb) => hash('sha256', rgb)));
});
