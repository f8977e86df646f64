/**
 * Features of pictures in the store, by the picture's digest below a prefix of their encoder and form. They are appended
 * in chunks, each named by its own digest: writers need not know of one another, none overwrites another, and one listing
 * finds all. A chunk is a line of JSON that names its pictures, then float32 numbers, the lowest byte first.
 */
import { endianness } from 'node:os';
import { z } from 'zod';
import { canonicalJson, sha256Schema } from '../../domain/artifact.ts';
import type { FeatureForm } from '../../domain/features/encoder.ts';
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { isAsNamed, putDigestNamed } from '../store/digest-named.ts';
import { sortedKeys } from '../store/sorted-keys.ts';

/** Whose features these are. */
export interface FeatureKind {
  /** Digest of an encoder and its settings. */
  encoder: string;
  form: FeatureForm;
}

/** Features of pictures, one after another, each of `shape`. */
interface FeatureChunk {
  shape: number[];
  /** SHA-256 of each picture, in the order of the data. */
  images: string[];
  data: Float32Array;
}

const headSchema = z.object({ shape: z.array(z.int().positive()).min(1), images: z.array(sha256Schema).min(1) });
const lineFeed = 0x0a;

export const writeChunk = (store: ArtifactStore, kind: FeatureKind, chunk: FeatureChunk): Promise<void> =>
  putDigestNamed(
    store,
    (again) => bytesOfChunk(kind, chunk, again),
    (digest) => storeKeys.featureChunk(kind.encoder, kind.form, digest),
  );

/** A chunk as it is stored, and as the trainer reads it (dermflow_trainer/distillation/teacher.py). */
export function bytesOfChunk({ encoder, form }: FeatureKind, { shape, images, data }: FeatureChunk, again = 0): Buffer {
  const head = canonicalJson({ schema: 1, encoder, form, shape, images, ...(again > 0 ? { again } : {}) });
  return Buffer.concat([Buffer.from(`${head}\n`), bytesOf(data)]);
}

/**
 * All chunks, one at a time, so that memory holds one of them.
 *
 * @param onDamaged hears of chunks whose bytes are not those that were written; they are passed over
 */
export async function* readChunks(
  store: ArtifactStore,
  { encoder, form }: FeatureKind,
  onDamaged: (key: string) => void,
): AsyncGenerator<FeatureChunk> {
  // By name, so that every reader takes the same of two chunks with the same picture.
  for await (const key of sortedKeys(store, storeKeys.features(encoder, form))) {
    const bytes = await store.getObject(key);
    const chunk = bytes && isAsNamed(key, bytes) ? parseChunk(bytes) : null;
    if (chunk) yield chunk;
    else if (bytes) onDamaged(key);
  }
}

function parseChunk(bytes: Uint8Array): FeatureChunk | null {
  const end = bytes.indexOf(lineFeed);
  const head = headSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)))).data;
  if (!head) return null;
  // Copied: the numbers begin at any byte of what was read.
  const numbers = Uint8Array.from(bytes.subarray(end + 1));
  const data = new Float32Array(numbers.buffer, 0, Math.floor(numbers.byteLength / Float32Array.BYTES_PER_ELEMENT));
  if (swapped) Buffer.from(data.buffer).swap32();
  const each = head.shape.reduce((product, length) => product * length, 1);
  return data.length === head.images.length * each ? { ...head, data } : null;
}

const swapped = endianness() === 'BE';

function bytesOf(data: Float32Array): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return swapped ? Buffer.from(bytes).swap32() : bytes;
}
