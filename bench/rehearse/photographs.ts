/**
 * Photographs as a data set: HAM10000's layout and a textbook's. The photographs are real, or drawn where no folder is
 * given; labels and rationales are dealt out to them, since a rehearsal measures sizes and learns nothing.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { toJsonLines } from '../../activities/json-lines.ts';
import { userMistake } from '../../domain/failures.ts';

const labels = ['mel', 'nv', 'bcc', 'bkl', 'akiec', 'df', 'vasc'];
/** Dealt 6 to 2 to 2 among training, validation and test, a few more or less. */
const labelledCases = 24;

/** In the length and manner of a textbook's paragraph; the wording is ours. */
const textbook = [
  {
    diagnosis: 'melanoma',
    rationale:
      'The lesion is asymmetric in both axes, with an irregular, notched border and an abrupt loss of pigment at its lower edge. Dermoscopy shows an atypical pigment network with broad, uneven lines, irregularly distributed dots and globules, a blue-white veil over the raised part and radial streaming on one side. Several shades of brown, black and grey stand side by side, and white scar-like areas suggest regression. Together these features indicate melanoma and call for excision with a narrow margin and histological examination.',
  },
  {
    diagnosis: 'melanocytic nevus',
    rationale:
      'The lesion is small, round and symmetric, with a regular border that fades evenly into the surrounding skin. Dermoscopy shows a typical reticular network of thin brown lines with even meshes, which thins out towards the periphery, and a few evenly spaced globules of one colour in the centre. No blue-white veil, no irregular streaks, no regression structures and no atypical vessels are present. One or two shades of light brown and the absence of change over years indicate a melanocytic nevus, which needs no treatment.',
  },
];

/** Lays the data set out below `folder`, as `--data` takes it; `photographs` is searched with all its folders. */
export async function layOutPhotographs(photographs: string | null, folder: string, maxPixels: number): Promise<void> {
  const sources = photographs === null ? null : await largePhotographs(photographs, maxPixels);
  const [images, plates] = [join(folder, 'ham10000'), join(folder, 'textbook/images')];
  await mkdir(images, { recursive: true });
  await mkdir(plates, { recursive: true });
  const write = async (at: number, path: string): Promise<void> => {
    const picture = sources === null ? drawn(at) : turned(sources, at);
    await picture.jpeg({ quality: 95 }).toFile(path);
  };
  const ids = Array.from({ length: labelledCases }, (_, i) => `ISIC_${String(i + 1).padStart(7, '0')}`);
  for (const [i, id] of ids.entries()) await write(i, join(images, `${id}.jpg`));
  const rows = ids.map((id, i) => `HAM_${i + 1},${id},${labels[i % labels.length]}`);
  await writeFile(join(images, 'HAM10000_metadata.csv'), `${['lesion_id,image_id,dx', ...rows].join('\n')}\n`);
  const cases = textbook.map((each, i) => ({ image: `plate-${i + 1}.jpg`, ...each }));
  for (const [i, { image }] of cases.entries()) await write(labelledCases + i, join(plates, image));
  await writeFile(join(folder, 'textbook/cases.jsonl'), toJsonLines(cases));
}

/** Those that fill the budget of pixels, where there are any: smaller ones would make shorter prompts. */
async function largePhotographs(folder: string, maxPixels: number): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw userMistake(`--photographs ${folder}: cannot be read; give a folder with photographs`, error);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(jpe?g|png|tiff?|webp)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const sized = await Promise.all(
    paths.map(async (path) => {
      const { width, height } = await sharp(path).metadata();
      return { path, pixels: width * height };
    }),
  );
  const large = sized.filter(({ pixels }) => pixels >= maxPixels);
  const chosen = (large.length > 0 ? large : sized).map(({ path }) => path);
  if (chosen.length === 0) throw userMistake(`--photographs ${folder}: holds no JPEG, PNG, TIFF or WebP`);
  return chosen;
}

/** Fewer photographs than cases are used again, turned by a quarter. */
function turned(paths: readonly string[], at: number) {
  const path = paths[at % paths.length] ?? '';
  return sharp(path)
    .autoOrient()
    .rotate(90 * Math.floor(at / paths.length))
    .flatten({ background: '#ffffff' });
}

/** A camera's size, soft noise on skin colour. */
const drawn = (at: number) =>
  sharp({
    create: {
      ...{ width: 1024, height: 768, channels: 3, background: { r: 200, g: 150 - at, b: 130 } },
      noise: { type: 'gaussian', mean: 150, sigma: 40 },
    },
  }).blur(3);
