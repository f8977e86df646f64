/** Small copies of the shown images, carried by the page itself. */
import sharp from 'sharp';
import type { ImageRef } from '../../domain/cases/case.ts';
import { concurrently } from '../concurrently.ts';
import { imagesInFlight } from '../datasets/images/intake.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Twice the width at which the page shows them, for dense displays; smaller images keep their size. */
const sideLimit = 320;

/** Data URIs by the image's SHA-256. */
export async function drawThumbnails(
  store: ArtifactStore,
  images: readonly ImageRef[],
  { side = sideLimit, quality = 88 }: { side?: number; quality?: number } = {},
): Promise<ReadonlyMap<string, string>> {
  const distinct = [...new Map(images.map((image) => [image.sha256, image])).values()];
  const entries = await concurrently(distinct, imagesInFlight, async (image) => {
    const small = await sharp(await store.getBlob(image))
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .webp({ quality })
      .toBuffer();
    return [image.sha256, `data:image/webp;base64,${small.toString('base64')}`] as const;
  });
  return new Map(entries);
}
