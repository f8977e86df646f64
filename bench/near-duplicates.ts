/**
 * `npm run bench near-duplicates -- --images DIR`: which changes of a picture its perceptual hash survives, and which
 * pictures it takes for another's. Every picture below DIR is indexed; of every n-th, each changed copy is looked up.
 * Then each picture of one half is looked up among the other half. Last, `--hashes 10000,100000,1000000`: what a search
 * takes among many drawn hashes, in an index on disk as the data stage has it.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { modelSize } from '../activities/datasets/images/image-size.ts';
import { openIndexStorage } from '../activities/datasets/preparation/index-storage.ts';
import { indexInMemory } from '../domain/cases/memory-index.ts';
import { indexHashes, nearDuplicateLikeness } from '../domain/cases/near-duplicates.ts';
import { perceptualHashOf } from '../domain/cases/perceptual-hash.ts';
import { userMistake } from '../domain/failures.ts';
import { drawHash } from '../test/support/generated-sources.ts';
import { readCount } from './common/arguments.ts';

const budget = { maxPixels: 200_704, snapTo: 28 };

export default async function nearDuplicates(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      images: { type: 'string' },
      every: { type: 'string', default: '8' },
      hashes: { type: 'string', default: '10000,100000' },
    },
  });
  if (values.images !== undefined)
    await findAgain(await listPictures(values.images), readCount('--every', values.every));
  console.log(
    '\n| drawn hashes | s to index | ms per search | pairs per search | of them views | found of 1,000 | MiB |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const count of values.hashes.split(',')) await timeSearch(readCount('--hashes', count));
}

async function listPictures(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const pictures = entries
    .filter((entry) => entry.isFile() && ['.png', '.jpg', '.jpeg'].includes(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name));
  if (pictures.length < 2)
    throw userMistake(`${folder}: holds fewer than two pictures; give a folder of PNGs or JPEGs`);
  return pictures.toSorted();
}

interface Size {
  width: number;
  height: number;
}
type Change = (picture: Sharp, size: Size) => Sharp;

/** Cut at the edges, as shares of width and height. */
const cut =
  (left: number, top: number, right: number, bottom: number): Change =>
  (picture, { width, height }) =>
    picture.extract({
      left: Math.round(left * width),
      top: Math.round(top * height),
      width: Math.round((1 - left - right) * width),
      height: Math.round((1 - top - bottom) * height),
    });
const framed =
  (share: number, background: string): Change =>
  (picture, { width, height }) => {
    const [x, y] = [Math.round(share * width), Math.round(share * height)];
    return picture.extend({ left: x, right: x, top: y, bottom: y, background });
  };
/** The square in the middle; for a picture that is square already, the middle three quarters of its width. */
const centreSquare: Change = (picture, { width, height }) => {
  const side = width === height ? null : Math.min(width, height);
  const size = { width: side ?? Math.round(0.75 * width), height: side ?? height };
  return picture.extract({
    left: Math.floor((width - size.width) / 2),
    top: Math.floor((height - size.height) / 2),
    ...size,
  });
};

const changes: readonly [what: string, change: Change][] = [
  ['compressed (JPEG, quality 60)', (picture) => picture.jpeg({ quality: 60 })],
  ['half the size', (picture, { width }) => picture.resize({ width: Math.round(width / 2) })],
  ['2 % cut at each edge', cut(0.02, 0.02, 0.02, 0.02)],
  ['5 % cut at each edge', cut(0.05, 0.05, 0.05, 0.05)],
  ['10 % cut at each edge', cut(0.1, 0.1, 0.1, 0.1)],
  ['10 % cut at left and top', cut(0.1, 0.1, 0, 0)],
  ['10 % cut at the left', cut(0.1, 0, 0, 0)],
  ['square of the middle', centreSquare],
  ['black border of 8 %', framed(0.08, '#000000')],
  ['white border of 4 %', framed(0.04, '#ffffff')],
  ['mirrored', (picture) => picture.flop()],
  ['turned by 90°', (picture) => picture.rotate(90)],
  ['turned by 180°', (picture) => picture.rotate(180)],
  ['turned by 270°', (picture) => picture.rotate(270)],
  ['brighter by a fifth', (picture) => picture.linear(1.2, 10)],
];

async function findAgain(pictures: readonly string[], every: number): Promise<void> {
  const hashes = await Promise.all(pictures.map(async (path) => hashOfPicture(await load(path))));
  const index = await indexInMemory(hashes);
  const asked = [...pictures.keys()].filter((i) => i % every === 0);
  console.log(
    `\n${pictures.length} pictures, ${asked.length} of them looked up; likeness at least ${nearDuplicateLikeness}`,
  );
  console.log(
    '| change | found | another of the lesion or patient | another | least likeness |\n| --- | --- | --- | --- | --- |',
  );
  for (const [what, change] of changes) {
    const count = { found: 0, related: 0, other: 0 };
    let least = 1;
    for (const i of asked) {
      const { data, info } = await load(pictures[i] ?? '');
      const changed = change(sharp(data, { raw: info }), info);
      // As the sets hold them: compressed once more.
      const [near] = await index.nearest([
        await hashOfPicture(await open(await changed.jpeg({ quality: 85 }).toBuffer())),
      ]);
      if (!near) continue;
      const kind = near.position === i ? 'found' : relation(pictures[i], pictures[near.position]);
      count[kind] += 1;
      if (kind === 'found') least = Math.min(least, near.likeness);
    }
    const share = ((100 * count.found) / asked.length).toFixed(1);
    console.log(`| ${what} | ${count.found} (${share} %) | ${count.related} | ${count.other} | ${least.toFixed(2)} |`);
  }
  await findOthers(pictures, hashes);
}

/** Pictures of one half that are taken for one of the other half, with their names: only eyes can say which are right. */
async function findOthers(pictures: readonly string[], hashes: readonly string[]): Promise<void> {
  const known = await indexInMemory(hashes.filter((_, i) => i % 2 === 0));
  const others = await known.nearest(hashes.filter((_, i) => i % 2 === 1));
  const lines = hashes.flatMap((_, i) => {
    const near = i % 2 === 1 ? others[i >> 1] : null;
    if (!near) return [];
    const [path, other] = [pictures[i] ?? '', pictures[2 * near.position] ?? ''];
    return [`  ${near.likeness.toFixed(2)} ${relation(path, other)}: ${basename(path)} ${basename(other)}`];
  });
  console.log(
    `\n${hashes.length >> 1} pictures looked up among ${hashes.length - (hashes.length >> 1)} others: ${lines.length} found`,
  );
  for (const line of lines.toSorted()) console.log(line);
}

/** PAD-UFES-20 names a picture by its patient: `PAT_<patient>_<lesion>_<number>`. */
function relation(a = '', b = ''): 'related' | 'other' {
  const [patient, other] = [a, b].map((path) => /^PAT_\d+_/.exec(basename(path))?.[0]);
  return patient !== undefined && patient === other ? 'related' : 'other';
}

interface Loaded {
  data: Buffer;
  info: { width: number; height: number; channels: 3 };
}

async function open(source: string | Buffer): Promise<Loaded> {
  const picture = sharp(source).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { data, info: { width: info.width, height: info.height, channels: 3 } };
}

const load = (path: string): Promise<Loaded> => open(path);

/** As the import does it. */
async function hashOfPicture({ data, info }: Loaded): Promise<string> {
  const size = modelSize(info, budget);
  const rgb = await sharp(data, { raw: info })
    .resize({ ...size, fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  return perceptualHashOf({ rgb, ...size });
}

const asked = 1000;

/** Seconds are those of the processor. */
async function timeSearch(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-hashes-'));
  const storage = openIndexStorage(folder);
  try {
    for (let i = 0; i < count; i += 1) storage.keepHash(drawOne(i, count));
    const hashes = {
      [Symbol.asyncIterator]: async function* () {
        for (let i = 0; i < count; i += 1) yield storage.hashAt(i);
      },
    };
    const wanted = Array.from({ length: asked }, (_, i) => drawOne(count + i, count));
    const started = processorSeconds();
    const index = await indexHashes(hashes, count, storage);
    const built = processorSeconds();
    const found = (await index.nearest(wanted)).filter((near) => near !== null).length;
    const searched = processorSeconds();
    const { wholes, windows } = index.compared();
    const cells = [
      ...[count, (built - started).toFixed(1), ((1000 * (searched - built)) / asked).toFixed(2)],
      ...[Math.round((wholes.pairs + windows.pairs) / asked), ((wholes.views + windows.views) / asked).toFixed(1)],
      ...[found, Math.round(process.memoryUsage().rss / 2 ** 20)],
    ];
    console.log(`| ${cells.join(' | ')} |`);
  } finally {
    storage.close();
    await rm(folder, { recursive: true });
  }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Skin with a dark spot and smooth noise: hard to tell apart, as real ones are. One in thirty shows what others show. */
const drawOne = (i: number, count: number): string =>
  drawHash(i % 30 === 0 ? i % Math.max(3, count >> 5) : 2_000_003 + i, i);
