/** Writes a job's rows and fetches the images that they name. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { ChatRow } from '../../domain/trainer.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { fetchBlobs } from '../store/commit.ts';

export interface RowSource {
  id: string;
  image: ImageRef;
  prompt: string;
  completion?: string;
}

const imageName = (image: ImageRef): string => `${image.sha256}.png`;

/** One JSON line per row. */
export async function writeRows(path: string, rows: readonly RowSource[]): Promise<void> {
  const lines = rows.map(({ image, ...row }): string => {
    const chat: ChatRow = { ...row, images: [imageName(image)] };
    return `${JSON.stringify(chat)}\n`;
  });
  await pipeline(Readable.from(lines), createWriteStream(path));
}

/** Each different image once, verified, below `folder`. */
export async function fetchImages(store: ArtifactStore, rows: readonly RowSource[], folder: string): Promise<void> {
  const images = new Map(rows.map(({ image }) => [imageName(image), image]));
  await fetchBlobs(
    store,
    [...images].map(([name, image]) => [image, join(folder, name)] as const),
  );
}
