/**
 * `npm run bench data`: the import against a Pillow loop that does the same work on the same files, each at its best
 * setting (Pillow compresses its PNGs at level 1), and against one that does less, because its draft mode lets the JPEG
 * decoder halve the image; the import again on one core; and its peak memory at 1,000, 10,000 and 100,000 images. Every
 * run is a process of its own.
 */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';
import { modelSize } from '../activities/datasets/images/image-size.ts';
import { flatMemory } from '../infra/node24.mjs';
import { ownEnvironment } from '../platform/own-environment.ts';
import { readCount } from './common/arguments.ts';
import { median } from './common/median.ts';
import { writePhotographs, writeTinyImages } from './data/generate.ts';

const measureSchema = z.object({
  images: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMiB: z.number(),
});
type Measure = z.infer<typeof measureSchema>;

const importProgram = join(import.meta.dirname, 'data/import-once.ts');
const pillowProgram = join(import.meta.dirname, 'data/pillow.py');
const photograph = { width: 1024, height: 768 };

export default async function data(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      images: { type: 'string', default: '400' },
      repeats: { type: 'string', default: '5' },
      sizes: { type: 'string', default: '1000,10000,100000' },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-'));
  try {
    await compareThroughput(folder, readCount('--images', values.images), readCount('--repeats', values.repeats));
    await measureMemory(
      folder,
      values.sizes.split(',').map((size) => readCount('--sizes', size)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const own = 'dermflow data import';
const draftMark = ', draft';

interface Contestant {
  name: string;
  run(store: string): Promise<Measure>;
}

/** Settings take turns, so that what else the machine does falls on all of them. */
async function compareThroughput(folder: string, images: number, repeats: number): Promise<void> {
  const set = join(folder, 'photographs');
  const paths = await writePhotographs(set, images);
  const list = join(folder, 'paths.txt');
  await writeFile(list, paths.join('\n'));
  const { width, height } = modelSize(photograph, { maxPixels: 200_704, snapTo: 28 });
  console.log(
    `\n${images} JPEGs of ${photograph.width} x ${photograph.height} to PNGs of ${width} x ${height}, ${repeats} runs each`,
  );
  const contestants: Contestant[] = [
    { name: own, run: (store) => importOnce(set, store) },
    { name: `${own}, 1 core`, run: (store) => importOnce(set, store, '0') },
    ...[1, availableParallelism(), 2 * availableParallelism()].flatMap((processes) =>
      [false, true].map((draft) => ({
        name: `Pillow, ${processes} process${processes > 1 ? 'es' : ''}${draft ? draftMark : ''}`,
        run: (store: string) => runPillow(list, store, { width, height, processes, draft }),
      })),
    ),
  ];
  const runs = new Map<string, (Measure & { kibibytes: number })[]>();
  for (let turn = 0; turn < repeats; turn += 1) {
    for (const { name, run } of contestants) {
      // Kept to the end: ext4 makes no new file in place of one that was removed a moment ago, and looks for others.
      const store = await mkdtemp(join(folder, 'store-'));
      const measured = await run(store);
      runs.set(name, [...(runs.get(name) ?? []), { ...measured, kibibytes: (await sizeOf(store)) / 1024 }]);
    }
  }
  const rates = [...runs].map(([name, measures]) => ({
    name,
    rate: median(measures.map(({ images, seconds }) => images / seconds)),
    cpuMs: median(measures.map(({ images, cpuSeconds }) => (1000 * cpuSeconds) / images)),
    memory: median(measures.map(({ peakMiB }) => peakMiB)),
    stored: median(measures.map(({ kibibytes }) => kibibytes / images)),
  }));
  for (const { name, rate, cpuMs, memory, stored } of rates) {
    const [speed, cost] = [rate.toFixed(0).padStart(5), cpuMs.toFixed(0).padStart(4)];
    const [peak, size] = [memory.toFixed(0).padStart(4), stored.toFixed(0).padStart(4)];
    console.log(
      `${name.padEnd(34)} ${speed} images/s   ${cost} ms of processor and ${size} KiB per image   peak ${peak} MiB`,
    );
  }
  const ours = rates.find(({ name }) => name === own);
  const pillow = rates.filter(({ name }) => !name.startsWith(own));
  const isDraft = (name: string): boolean => name.endsWith(draftMark);
  const rivals = [
    ['decoding every pixel, as the import does', pillow.filter(({ name }) => !isDraft(name))],
    ['letting the decoder halve the image', pillow.filter(({ name }) => isDraft(name))],
  ] as const;
  for (const [how, all] of rivals) {
    const [best] = all.toSorted((a, b) => b.rate - a.rate);
    if (!ours || !best) throw new RangeError('nothing was measured');
    const [rate, cpu, memory] = [ours.rate / best.rate, best.cpuMs / ours.cpuMs, ours.memory / best.memory];
    console.log(
      `${rate.toFixed(2)} x the best Pillow ${how}; ${cpu.toFixed(2)} x the images per second of processor, ${memory.toFixed(2)} x the memory`,
    );
  }
}

/** Bytes of all files below a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}

function runPillow(
  list: string,
  store: string,
  { width, height, processes, draft }: { width: number; height: number; processes: number; draft: boolean },
): Promise<Measure> {
  const numbers = [width, height, processes, draft ? 1 : 0].map(String);
  return measure(ownEnvironment().trainerPython, [pillowProgram, list, store, ...numbers]);
}

async function measureMemory(folder: string, sizes: readonly number[]): Promise<void> {
  console.log('\npeak memory of one import of images of 56 x 56');
  let first: number | null = null;
  for (const size of sizes) {
    const set = join(folder, 'tiny');
    const store = join(folder, 'store');
    await mkdir(store);
    await writeTinyImages(set, size);
    const { images, seconds, peakMiB } = await importOnce(set, store);
    await Promise.all([set, store].map((path) => rm(path, { recursive: true })));
    first ??= peakMiB;
    const ratio = (peakMiB / first).toFixed(2);
    console.log(
      `${String(images).padStart(7)} images  peak ${peakMiB.toFixed(0).padStart(4)} MiB  ${ratio} x the first  ${seconds.toFixed(0)} s`,
    );
  }
}

/** As `dermflow data import` starts its process; `cores` as `taskset` takes them. */
function importOnce(set: string, store: string, cores = ''): Promise<Measure> {
  const command = [process.execPath, ...flatMemory.flags, importProgram, set, store];
  const [program = '', ...args] = cores === '' ? command : ['taskset', '-c', cores, ...command];
  return measure(program, args, flatMemory.env);
}

async function measure(program: string, args: string[], env: Record<string, string> = {}): Promise<Measure> {
  const { stdout } = await execa(program, args, { env });
  return measureSchema.parse(JSON.parse(stdout));
}
