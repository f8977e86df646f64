/** Writes a job's rows and fetches the images that they name. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { ChatRow } from '../../domain/trainer.ts';
import { concurrently } from '../concurrently.ts';
import { writeRows } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { flatMapRows, type Rows } from '../rows.ts';

export interface RowSource {
  id: string;
  image: ImageRef;
  prompt: string;
  completion?: string;
}

const imagesInFlight = 8;

const imageName = (image: ImageRef): string => `${image.sha256}.png`;

/** One JSON line per row. */
export const writeChatRows = (path: string, rows: Rows<RowSource>): Promise<number> =>
  writeRows(
    path,
    flatMapRows(rows, ({ image, ...row }): ChatRow[] => [{ ...row, images: [imageName(image)] }]),
  );

/** Each different image once, verified, below `folder`. */
export async function fetchImages(store: ArtifactStore, rows: Rows<RowSource>, folder: string): Promise<void> {
  const underway = new Set<string>();
  await concurrently(rows, imagesInFlight, async ({ image }) => {
    const path = join(folder, imageName(image));
    if (underway.has(path)) return;
    underway.add(path);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await store.getFile(image, path);
    underway.delete(path);
  });
}
