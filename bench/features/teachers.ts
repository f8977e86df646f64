/** Features by `featuresOf` in this process and by PyTorch in one of its own, on the same pictures, in turns. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { featuresOf, type KnownEncoder } from '../../activities/features/features-of.ts';
import { shippedEncoder, storedEncoder } from '../../activities/features/stored-encoder.ts';
import { modelPath } from '../../activities/trainer/model-folders.ts';
import { storeEncoder } from '../../cli/encoder.ts';
import type { ArtifactRef, BlobRef } from '../../domain/artifact.ts';
import { renderLesion } from '../../domain/demo/lesion.ts';
import { generateWorld } from '../../domain/demo/world.ts';
import type { FeatureForm } from '../../domain/features/encoder.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { benchLogger } from '../common/logger.ts';
import { median } from '../common/median.ts';
import { type Answering, answering } from './python.ts';

interface Vit {
  width: number;
  depth: number;
  heads: number;
}

/** Null: the one that ships with Dermflow. */
export const encoders: Readonly<Record<string, Vit | null>> = {
  shipped: null,
  'vit-tiny': { width: 192, depth: 12, heads: 3 },
  'vit-small': { width: 384, depth: 12, heads: 6 },
  /** PanDerm's size. */
  'vit-large': { width: 1024, depth: 24, heads: 16 },
};

interface Settings {
  threads: number;
  repeats: number;
  batches: readonly number[];
  pictures: number;
}

const tolerance = 1e-4;
const form: FeatureForm = 'patches';

export async function compareTeachers(name: string, folder: string, settings: Settings): Promise<void> {
  const { threads, repeats, batches, pictures } = settings;
  const vit = encoders[name] ?? null;
  const side = vit ? 224 : 112;
  const own = join(folder, name);
  await mkdir(own, { recursive: true });
  const drawn = await draw(pictures, side);
  const paths = drawn.map((_, i) => join(own, `${i}.png`));
  await Promise.all(drawn.map((picture, i) => writeFile(paths[i] ?? '', picture)));
  const [graph, numbers] = [join(own, 'vit.onnx'), join(own, 'features.bin')];
  const pytorch = await answering('pytorch.py', {
    ...{ model: modelPath({ base: 'tiny', sha256: '' }), side, threads, pictures: paths, numbers },
    ...(vit ? { vit: { ...vit, graph } } : {}),
  });
  const store = createMemoryStore();
  const artifact = vit ? await storedGraph(own, side, store) : await shipped(own, store);
  const known = await storedEncoder(store, artifact, join(own, 'encoder'), threads);
  const opened = await known.open();
  try {
    // Loading counts on neither side.
    const loaded: KnownEncoder = { ...known, open: async () => ({ ...opened, close: async () => {} }) };
    const measured = await takeTurns(loaded, pytorch, drawn, { repeats, batches });
    const [batch, best] = [...measured.theirs].toSorted(([, a], [, b]) => b.rate - a.rate)[0] ?? [];
    if (batch === undefined || !best) throw new RangeError('PyTorch was not measured');
    console.log(
      `\n${name}: ${pictures} PNGs of ${side} pixels, ${threads} thread${threads > 1 ? 's' : ''}; medians of ${repeats}`,
    );
    console.log(`dermflow                ${written(measured.ours)}`);
    for (const [size, own] of measured.theirs)
      console.log(`pytorch      batch ${String(size).padStart(3)}  ${written(own)}`);
    const furthest = await furthestFrom(numbers, measured.features);
    console.log(
      `${(measured.ours.rate / best.rate).toFixed(2)} x the images per second of PyTorch at its best batch (${batch}), ${(best.processor / measured.ours.processor).toFixed(2)} x by processor time; features differ by at most ${furthest.toExponential(1)}`,
    );
    if (!(furthest <= tolerance)) {
      console.log(`they must not differ by more than ${tolerance}`);
      process.exitCode = 1;
    }
  } finally {
    await opened.close();
    await pytorch.close();
  }
}

const written = ({ rate, processor }: Speed): string =>
  `${rate.toFixed(1).padStart(8)} images/s   processor ${processor.toFixed(2).padStart(7)} ms per image`;

/** Drawings of the demo, as large as the encoder takes them, so that neither side resizes. */
async function draw(count: number, side: number): Promise<Uint8Array[]> {
  const { clinic } = generateWorld({ images: count, textbook: 8, atypical: 0.25, atypicalTextbook: 0.1 }, 4242);
  return Promise.all(
    clinic.slice(0, count).map(({ appearance }) => {
      const { width, height, rgb } = renderLesion(appearance);
      const raw = { width, height, channels: 3 } as const;
      return sharp(rgb, { raw }).resize(side, side, { fit: 'fill' }).png().toBuffer();
    }),
  );
}

const shipped = (scratch: string, store: ReturnType<typeof createMemoryStore>): Promise<ArtifactRef> =>
  shippedEncoder({
    trainer: { python: ownEnvironment().trainerPython, logger: benchLogger() },
    ...{ store, scratch, signal: new AbortController().signal },
  });

async function storedGraph(
  folder: string,
  side: number,
  store: ReturnType<typeof createMemoryStore>,
): Promise<ArtifactRef> {
  const settings = join(folder, 'encoder.yaml');
  await writeFile(settings, `file: vit.onnx\nside: ${side}\n`);
  return (await storeEncoder(settings, store)).artifact;
}

interface Speed {
  /** Images per second. */
  rate: number;
  /** Milliseconds of all threads per image: what else the machine does changes it little. */
  processor: number;
}

interface Measured {
  ours: Speed;
  /** By batch. */
  theirs: Map<number, Speed>;
  features: Float32Array[];
}

/** So that what else the machine does falls on both; the first round of each is not counted. */
async function takeTurns(
  encoder: KnownEncoder,
  pytorch: Answering,
  pictures: readonly Uint8Array[],
  { repeats, batches }: Pick<Settings, 'repeats' | 'batches'>,
): Promise<Measured> {
  const speedOf = (spent: { seconds: number; processor: number }): Speed => ({
    rate: pictures.length / spent.seconds,
    processor: (1_000 * spent.processor) / pictures.length,
  });
  const ours: Speed[] = [];
  const theirs = new Map<number, Speed[]>(batches.map((batch) => [batch, []]));
  let features: Float32Array[] = [];
  for (let round = 0; round <= repeats; round++) {
    const { found, ...spent } = await encodeAll(encoder, pictures);
    features = found;
    if (round > 0) ours.push(speedOf(spent));
    for (const [batch, speeds] of theirs) {
      const answer = await pytorch.ask({ batch });
      if (round > 0) speeds.push(speedOf(answer));
    }
  }
  return { ours: middle(ours), theirs: new Map([...theirs].map(([batch, own]) => [batch, middle(own)])), features };
}

const middle = (speeds: readonly Speed[]): Speed => ({
  rate: median(speeds.map(({ rate }) => rate)),
  processor: median(speeds.map(({ processor }) => processor)),
});

/** In a store that has no features yet. */
async function encodeAll(
  encoder: KnownEncoder,
  pictures: readonly Uint8Array[],
): Promise<{ seconds: number; processor: number; found: Float32Array[] }> {
  const store = createMemoryStore();
  const images: BlobRef[] = await Promise.all(pictures.map((picture) => store.putBlob(picture)));
  const found = new Map<string, Float32Array>();
  const context = { store, signal: new AbortController().signal, onProgress: () => {} };
  const [begun, computed] = [performance.now(), process.cpuUsage()];
  await featuresOf(images, form, encoder, (sha256, features) => void found.set(sha256, features), context);
  const seconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(computed);
  return {
    seconds,
    processor: (user + system) / 1e6,
    found: images.map(({ sha256 }) => found.get(sha256) ?? new Float32Array()),
  };
}

/** The largest difference of any number from those that PyTorch has written. */
async function furthestFrom(file: string, features: readonly Float32Array[]): Promise<number> {
  const bytes = Uint8Array.from(await readFile(file));
  const theirs = new Float32Array(bytes.buffer);
  const each = theirs.length / features.length;
  let most = 0;
  for (const [i, own] of features.entries()) {
    if (own.length !== each) return Number.POSITIVE_INFINITY;
    for (let at = 0; at < each; at++)
      most = Math.max(most, Math.abs((own[at] ?? Number.NaN) - (theirs[i * each + at] ?? Number.NaN)));
  }
  return most;
}
