/**
 * Images enter here and nowhere else: decoded with a pixel limit, turned upright, metadata stripped, resized to the
 * model's size, stored as PNG. The same file gives the same bytes.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp from 'sharp';
import type { ImageRef } from '../../domain/cases/case.ts';
import { lookOf } from '../../domain/cases/look.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { type ImageBudget, modelSize } from './image-size.ts';
import { encodePng } from './png.ts';

sharp.cache(false);
sharp.concurrency(1); // a thread an image, with several images in flight, beats several threads an image

/** Images that are decoded at the same time; more gain nothing on two cores. */
export const imagesInFlight = 4;

/** The decoder, whose version decides an image's bytes. */
export const imageSoftware = `libvips ${sharp.versions.vips}`;

/** Above this a file is refused before it is decoded: a small file can claim gigabytes. 100 megapixels. */
const maxInputPixels = 100_000_000;
const acceptedFormats: readonly string[] = ['jpeg', 'png', 'tiff', 'webp'];

export interface NormalisedImage {
  png: Uint8Array;
  width: number;
  height: number;
  look: string;
}

/** An image that cannot be used, in words that name its file. */
export interface BadImage {
  badImage: string;
}

/**
 * Reads one image file. A truncated, undecodable, over-large or extremely long image is returned as `badImage`; a file
 * that cannot be read at all throws.
 */
export async function normaliseImage(file: string, budget: ImageBudget): Promise<NormalisedImage | BadImage> {
  try {
    // libvips reads the file itself: Node's readFile takes four turns of a loop that is busy with other images.
    const image = sharp(file, { failOn: 'error', limitInputPixels: maxInputPixels });
    const { format, autoOrient } = await image.metadata();
    if (!acceptedFormats.includes(format))
      return { badImage: `${basename(file)}: ${format} is not accepted as an image` };
    const size = modelSize(autoOrient, budget);
    const upright = image.autoOrient().flatten({ background: '#ffffff' });
    const fitted =
      size.width === autoOrient.width && size.height === autoOrient.height
        ? upright
        : upright.resize({ ...size, fit: 'fill', kernel: 'lanczos3' });
    const rgb = await fitted.toColourspace('srgb').raw().toBuffer();
    const png = encodePng(rgb, size.width, size.height);
    return { png, look: lookOf({ rgb, ...size }), ...size };
  } catch (error) {
    await readFile(file); // throws where not the image is bad but the disk
    if (error instanceof RangeError || isDecoderError(error))
      return { badImage: `${basename(file)}: ${firstLine(error)}` };
    throw error;
  }
}

export interface StoredImage {
  image: ImageRef;
  look: string;
}

/** Normalises an image and stores it. */
export async function importImage(
  store: ArtifactStore,
  file: string,
  budget: ImageBudget,
): Promise<StoredImage | BadImage> {
  const normalised = await normaliseImage(file, budget);
  if ('badImage' in normalised) return normalised;
  const { png, width, height, look } = normalised;
  return { image: { ...(await store.putBlob(png)), width, height }, look };
}

/** sharp throws plain errors; ours have types of their own. */
const isDecoderError = (error: unknown): error is Error => error instanceof Error && error.constructor === Error;
const firstLine = (error: Error): string => error.message.split('\n')[0] ?? error.message;
