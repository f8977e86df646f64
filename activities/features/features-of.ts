/** Features of pictures, each computed once in the life of a store, however many ask for it. */
import type { BlobRef } from '../../domain/artifact.ts';
import type { FeatureForm } from '../../domain/features/encoder.ts';
import { concurrently } from '../concurrently.ts';
import { inOrder } from '../in-order.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ImageEncoder } from './encoder.ts';
import { type FeatureKind, readChunks, writeChunk } from './feature-chunks.ts';

/** An encoder as it is known to features, and how it is opened. */
export interface KnownEncoder {
  /** Of its files and settings. */
  digest: string;
  /** Not called where the store has all features. */
  open(): Promise<ImageEncoder>;
}

export interface FeatureContext {
  store: ArtifactStore;
  signal: AbortSignal;
  /** Called with the number of pictures that have features. */
  onProgress: (done: number, total: number) => void;
  /** Hears of stored features that are damaged; they are computed again. */
  onDamaged?: (key: string) => void;
}

/** Pictures that are fetched and kept together. */
const batchSize = 16;
const fetchesInFlight = 8;
/** A chunk is written when it has so many bytes, or after so many milliseconds: what is not written is lost by a kill. */
const chunkBytes = 4 * 2 ** 20;
const pauseMs = 10_000;

/**
 * Gives each picture's features to `take`, those in the store first, then the rest as they are encoded. Pictures of one
 * digest are one picture. Memory holds a chunk and a batch more than
 * threads work on, whatever the number of pictures.
 */
export async function featuresOf(
  images: Iterable<BlobRef>,
  form: FeatureForm,
  encoder: KnownEncoder,
  take: (sha256: string, features: Float32Array, shape: readonly number[]) => void | Promise<void>,
  context: FeatureContext,
): Promise<void> {
  const { store, signal, onProgress, onDamaged = () => {} } = context;
  const kind = { encoder: encoder.digest, form };
  const missing = new Map([...images].map((image) => [image.sha256, image]));
  const total = missing.size;
  const report = (): void => onProgress(total - missing.size, total);
  report();
  for await (const { images: known, data, shape } of readChunks(store, kind, onDamaged)) {
    signal.throwIfAborted();
    const length = data.length / known.length;
    for (const [i, sha256] of known.entries()) {
      if (missing.delete(sha256)) await take(sha256, data.subarray(i * length, (i + 1) * length), shape);
    }
    report();
  }
  if (missing.size === 0) return;
  const opened = await encoder.open();
  try {
    const left = [...missing.values()];
    // While all threads encode the next batch is fetched.
    const batchesInFlight = 1 + Math.ceil(opened.atOnce / batchSize);
    const chunks = chunkWriter(store, kind);
    try {
      const encoded = inOrder(batchesOf(left), batchesInFlight, async (batch) => {
        signal.throwIfAborted();
        const pictures = await concurrently(batch, fetchesInFlight, (image) => store.getBlob(image));
        return { batch, ...(await opened.encode(pictures, form)) };
      });
      for await (const { batch, shape, data } of encoded) {
        const length = data.length / batch.length;
        for (const [i, { sha256 }] of batch.entries()) {
          const features = data.subarray(i * length, (i + 1) * length);
          await chunks.add(sha256, features, shape);
          await take(sha256, features, shape);
          missing.delete(sha256);
        }
        report();
      }
    } finally {
      // Also of work that is cancelled: what was encoded is not encoded again.
      await chunks.flush();
    }
  } finally {
    await opened.close();
  }
}

const batchesOf = (images: readonly BlobRef[]): BlobRef[][] =>
  Array.from({ length: Math.ceil(images.length / batchSize) }, (_, i) =>
    images.slice(i * batchSize, (i + 1) * batchSize),
  );

function chunkWriter(store: ArtifactStore, kind: FeatureKind) {
  let images: string[] = [];
  let rows: Float32Array[] = [];
  let [bytes, since] = [0, performance.now()];
  let shape: readonly number[] = [];
  const flush = async (): Promise<void> => {
    if (images.length === 0) return;
    const data = new Float32Array(bytes / Float32Array.BYTES_PER_ELEMENT);
    let at = 0;
    for (const row of rows) {
      data.set(row, at);
      at += row.length;
    }
    const chunk = { shape: [...shape], images, data };
    [images, rows, bytes, since] = [[], [], 0, performance.now()];
    await writeChunk(store, kind, chunk);
  };
  return {
    add: async (sha256: string, row: Float32Array, of: readonly number[]): Promise<void> => {
      images.push(sha256);
      rows.push(row);
      bytes += row.byteLength;
      shape = of;
      if (bytes >= chunkBytes || performance.now() - since >= pauseMs) await flush();
    },
    flush,
  };
}
