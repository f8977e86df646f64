/** An image encoder of the user's own, by which near-duplicates are found that differ in more than size or light. */
import { stat } from 'node:fs/promises';
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import type { Picture } from '../../../domain/cases/case.ts';
import { mostSimilar, type Similar, unit } from '../../../domain/cases/similarity.ts';
import type { DuplicateEncoderSettings } from '../../../domain/recipe/data.ts';
import { type ImageEncoder, openImageEncoder } from '../../features/encoder.ts';
import type { WorkProgress } from '../../heartbeats.ts';
import { findPlugin } from '../../plugins.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Rows } from '../../rows.ts';
import { digestOfFile } from '../../store/store.ts';

/** What an encoder reads of a case. */
type EncodedPicture = Pick<Picture, 'id' | 'source' | 'images'>;

export interface Encoder {
  sha256: string;
  /**
   * The most similar training picture of the test picture at a position, if there is one. Every pair is compared, so
   * time grows with the product of their numbers, and memory holds all embeddings.
   */
  findSimilar(train: Rows<EncodedPicture>, test: Rows<EncodedPicture>): Promise<(at: number) => Similar | null>;
}

interface EncoderContext {
  store: ArtifactStore;
  /** Folder of the files that recipes may name. */
  plugins: string;
  report: (progress: WorkProgress) => void;
  signal: AbortSignal;
}

const batchSize = 16;
/** Of the file the first answer counts, and of tokens the first. */
const reading = { pooling: 'first', prefixTokens: 1, output: null } as const;

/** Null where the recipe names none. A file that is no such graph is a user's mistake, reported at its first use. */
export async function openEncoder(
  settings: DuplicateEncoderSettings | null,
  context: EncoderContext,
): Promise<Encoder | null> {
  if (!settings) return null;
  const path = await findPlugin('data.encoder.file', settings.file, context.plugins);
  const { side, mean, std } = settings;
  return {
    sha256: await digestOfFile(path),
    async findSimilar(train, test) {
      let done = 0;
      const onBatch = (count: number): void => {
        done += count;
        context.report({ phase: 'comparing', done, total: 0 });
      };
      const { size: bytes } = await stat(path);
      const file = { path, bytes, settings: { side, mean, std, ...reading }, name: `data.encoder.file: ${path}` };
      const encoder = openImageEncoder(file, 1);
      try {
        const seen = await embedAll(train, encoder, context, onBatch);
        const asked = await embedAll(test, encoder, context, onBatch);
        return await compare(seen, asked, settings.similarity, context.signal);
      } finally {
        await encoder.close();
      }
    },
  };
}

/** By position of the asked one, the first of the most similar ones of those seen, if one reaches `similarity`. */
async function compare(
  seen: readonly Float32Array[],
  asked: readonly Float32Array[],
  similarity: number,
  signal: AbortSignal,
): Promise<(at: number) => Similar | null> {
  const similar: (Similar | null)[] = [];
  for (const embedding of asked) {
    // Against ten thousands of pictures one comparison takes milliseconds; heartbeats go between them.
    await untilNextTurn();
    signal.throwIfAborted();
    similar.push(mostSimilar(embedding, seen, similarity));
  }
  return (at) => similar[at] ?? null;
}

async function embedAll(
  pictures: Rows<EncodedPicture>,
  encoder: ImageEncoder,
  { store, signal }: EncoderContext,
  onBatch: (count: number) => void,
): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  let batch: EncodedPicture[] = [];
  const embed = async (): Promise<void> => {
    if (batch.length === 0) return;
    signal.throwIfAborted();
    const images = await Promise.all(batch.map((picture) => firstImage(picture, store)));
    const { data } = await encoder.encode(images, 'pooled');
    const width = data.length / batch.length;
    for (let i = 0; i < batch.length; i += 1) embeddings.push(unit(data.slice(i * width, (i + 1) * width)));
    onBatch(batch.length);
    batch = [];
  };
  for await (const picture of pictures) {
    batch.push(picture);
    if (batch.length === batchSize) await embed();
  }
  await embed();
  return embeddings;
}

/** The first image of a picture is compared. */
function firstImage({ id, images: [image] }: EncodedPicture, store: ArtifactStore): Promise<Uint8Array> {
  if (!image) throw new RangeError(`${id} has no image`);
  return store.getBlob(image);
}
