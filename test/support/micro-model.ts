/** A random Qwen2.5-VL of the real classes, small enough to build, export and run in a test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pino from 'pino';
import sharp from 'sharp';
import type { TrainerProcess } from '../../activities/trainer/trainer-job.ts';
import type { ExportOnnxJob } from '../../domain/jobs/export.ts';
import { createRandom } from '../../domain/random.ts';
import type { ChatRow } from '../../domain/trainer.ts';
import { readEnvironment, repositoryRoot } from '../../platform/env.ts';

export const trainer: TrainerProcess = {
  python: readEnvironment(process.env).trainerPython,
  logger: pino({ level: 'silent' }),
};

export interface MicroModel {
  folder: string;
  base: string;
  adapter: string;
  remove(): Promise<void>;
}

export async function buildMicroModel(): Promise<MicroModel> {
  const folder = await mkdtemp(join(tmpdir(), 'micro-model-'));
  const script = join(repositoryRoot, 'trainer/tests/micro_model.py');
  await execa(trainer.python, [script, folder], { env: { PYTHONPATH: join(repositoryRoot, 'trainer') } });
  return {
    folder,
    base: join(folder, 'base'),
    adapter: join(folder, 'adapter'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** [height, width]: portrait of data-set images turned either way, and square. */
export const imageSizes: ExportOnnxJob['imageSizes'] = [
  [84, 140],
  [140, 84],
  [112, 112],
];

/** Words and phrases of the micro model's lexicon, and one that is not in it. */
const words = [
  ...Array.from({ length: 40 }, (_, i) => `w${i}`),
  'Two words.',
  '<thinking>',
  ',',
  'precancerous in situ',
  'x-ray',
];

/** Writes smooth colour patterns and returns rows that ask about one of them, every fifth row about two. */
export async function writeRows(count: number, folder: string): Promise<ChatRow[]> {
  await mkdir(folder, { recursive: true });
  const random = createRandom('rows');
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const names = i % 5 === 0 ? [`${i}-a.png`, `${i}-b.png`] : [`${i}-a.png`];
      const prompt = Array.from({ length: random.int(1, 16) }, () => random.pick(words)).join(' ');
      for (const name of names)
        await writeFile(join(folder, name), await patternPng(name, createRandom(`size of ${name}`).pick(imageSizes)));
      return { id: `row-${i}`, images: names, prompt };
    }),
  );
}

/** A smooth colour pattern that its seed decides. */
export async function patternPng(seed: string, [height, width]: [number, number]): Promise<Uint8Array> {
  const random = createRandom(seed);
  const channels = [0, 1, 2].map(() => ({
    level: random.between(40, 215),
    wave: random.between(-60, 60),
    period: random.between(4, 30),
  }));
  const rgb = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const { level, wave, period } = channels[i % 3] ?? { level: 0, wave: 0, period: 1 };
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    return Math.max(0, Math.min(255, level + wave * Math.sin(x / period) + 40 * Math.cos(y / period)));
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
