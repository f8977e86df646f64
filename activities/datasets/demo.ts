/** Writes the demo's generated cases as files, in HAM10000's layout, so that the real adapter reads them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderLesion } from '../../domain/demo/lesion.ts';
import { type DemoCase, generateWorld } from '../../domain/demo/world.ts';
import type { GeneratedSpec } from '../../domain/recipe/data.ts';
import { concurrently } from '../concurrently.ts';
import { textbookFolder } from './adapters/textbook.ts';
import { imagesInFlight } from './images/intake.ts';

const imageFolder = 'HAM10000_images_part_1';
const readme = `# Generated images, not patients

Everything in this folder was drawn by a program (Dermflow's demo): images, diagnoses, ages and names of patients. It has
the layout of HAM10000 so that the same code reads both. It says nothing about real skin lesions.
`;

/**
 * Fills an existing folder: `HAM10000_metadata.csv` with a `patient_id` column, its images, and `textbook/`. The same
 * spec and seed write the same pixels.
 */
export async function writeDemoDataset(
  folder: string,
  spec: GeneratedSpec,
  seed: number,
  onProgress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  const { clinic, textbook } = generateWorld(spec, seed);
  const textbookImages = join(folder, textbookFolder, 'images');
  await mkdir(join(folder, imageFolder), { recursive: true });
  await mkdir(textbookImages, { recursive: true });
  let done = 0;
  const draw = async (cases: readonly DemoCase[], into: string): Promise<void> => {
    await concurrently(cases, imagesInFlight, async (demoCase) => {
      signal?.throwIfAborted();
      await writeImage(demoCase, join(into, `${demoCase.id}.jpg`));
      onProgress(++done, clinic.length + textbook.length);
    });
  };
  await draw(clinic, join(folder, imageFolder));
  await draw(textbook, textbookImages);
  await writeFile(join(folder, 'HAM10000_metadata.csv'), metadataTable(clinic));
  await writeFile(join(folder, textbookFolder, 'cases.jsonl'), textbookLines(textbook));
  await writeFile(join(folder, 'README.md'), readme);
}

async function writeImage({ appearance }: DemoCase, file: string): Promise<void> {
  const { width, height, rgb } = renderLesion(appearance);
  const image = sharp(rgb, { raw: { width, height, channels: 3 } });
  await writeFile(file, await image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer());
}

/** No value of the generator holds a comma or a quote. */
const metadataTable = (cases: readonly DemoCase[]): string =>
  [
    'lesion_id,image_id,dx,dx_type,age,sex,localization,dataset,patient_id',
    ...cases.map((c) =>
      [c.lesion, c.id, c.diagnosis.label, 'generated', c.age, c.sex, c.localization, 'dermflow_demo', c.patient].join(
        ',',
      ),
    ),
    '',
  ].join('\n');

const textbookLines = (cases: readonly DemoCase[]): string =>
  cases
    .map((c) => ({ id: c.id, image: `${c.id}.jpg`, rationale: c.rationale, diagnosis: c.diagnosis.name }))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
