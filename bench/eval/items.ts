/** Questions on drawings of the demo, as its recipe asks them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AskedRow } from '../../activities/ports/model-runner.ts';
import { demoDiagnoses } from '../../domain/demo/findings.ts';
import { renderLesion } from '../../domain/demo/lesion.ts';
import { generateWorld } from '../../domain/demo/world.ts';
import type { ExportOnnxJob } from '../../domain/jobs/export.ts';
import { evaluationProfile, itemPrompt } from '../../domain/prompts/prompts.ts';
import { createRandom } from '../../domain/random.ts';

export interface Items {
  rows: AskedRow[];
  /** Folder of their pictures. */
  images: string;
  /** [height, width] that they have. */
  sizes: ExportOnnxJob['imageSizes'];
}

const letters = ['A', 'B', 'C', 'D'] as const;
/** What the recipe asks of each picture, in its order. */
export const tasks = ['diagnosis', 'lesion-condition'] as const;

/** @param asked tasks that are asked of each of `count` pictures, one after the other, as an evaluation does */
export async function writeItems(
  images: string,
  count: number,
  asked: readonly (typeof tasks)[number][],
): Promise<Items> {
  await mkdir(images, { recursive: true });
  const spec = { images: Math.max(40, count), textbook: 8, atypical: 0.25, atypicalTextbook: 0.1 };
  const { clinic } = generateWorld(spec, 4242);
  const random = createRandom('bench/eval');
  const profile = evaluationProfile('compact');
  const questions = clinic.slice(0, count).map(({ id, diagnosis }) => {
    const others = demoDiagnoses.filter(({ name }) => name !== diagnosis.name);
    const labels = random.shuffle([diagnosis.name, ...random.sample(others, 3).map(({ name }) => name)]);
    return { id, options: letters.map((letter, i) => ({ letter, label: labels[i] ?? '', synonyms: [], value: 0 })) };
  });
  const rows = asked.flatMap((task) =>
    questions.map(
      ({ id, options }): AskedRow => ({
        ...{ id: `${id} ${task}`, images: [`${id}.png`] },
        prompt: itemPrompt(profile, task, { options }),
      }),
    ),
  );
  const sizes = new Map<string, [number, number]>();
  for (const { id, appearance } of clinic.slice(0, count)) {
    const { width, height, rgb } = renderLesion(appearance);
    sizes.set(`${height}x${width}`, [height, width]);
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(images, `${id}.png`));
  }
  return { rows, images, sizes: [...sizes.values()] };
}
