/**
 * Images enter here and nowhere else: decoded with a pixel limit, turned upright, metadata stripped, resized to the
 * model's size, stored as PNG. The same file gives the same bytes.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { ImageRef } from '../../../domain/cases/case.ts';
import { perceptualHashOf } from '../../../domain/cases/perceptual-hash.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { kindBytes, kindOf, unknownKind } from '../opening/file-kind.ts';
import { type FileReader, type FileRef, refName } from '../opening/file-ref.ts';
import { decodeBmp } from './bmp.ts';
import { type ImageBudget, type ImageSize, modelSize } from './image-size.ts';
import { encodePng } from './png.ts';

sharp.cache(false);
sharp.concurrency(1); // one thread per image, with several images in flight, beats several threads per image

/** Images that are decoded at the same time; more gain nothing on two cores. */
export const imagesInFlight = 4;

/** Decoder and encoder, whose versions decide an image's bytes. */
export const imageSoftware = `libvips ${sharp.versions.vips}, zlib ${process.versions.zlib}`;

/** Above this a file is refused before it is decoded: a small file can claim gigabytes. 100 megapixels. */
const maxInputPixels = 100_000_000;
const acceptedFormats: readonly string[] = ['jpeg', 'png', 'tiff', 'webp'];

export interface NormalisedImage {
  png: Uint8Array;
  width: number;
  height: number;
  perceptualHash: string;
}

/** An image that cannot be used, in words that name its file. */
export interface BadImage {
  badImage: string;
}

/** Contents of an image that is no file of its own. */
interface LoadedImage {
  name: string;
  bytes: Uint8Array;
}

/**
 * Reads one image, a file or its contents. A truncated, undecodable, over-large or extremely long image is returned as
 * `badImage`; a file that cannot be read at all throws.
 */
export async function normaliseImage(
  given: string | LoadedImage,
  budget: ImageBudget,
): Promise<NormalisedImage | BadImage> {
  const name = typeof given === 'string' ? basename(given) : given.name;
  try {
    // libvips reads a file itself: Node's readFile takes four turns of a loop that is busy with other images.
    const image = sharp(typeof given === 'string' ? given : given.bytes, sharpOptions);
    const { format, autoOrient } = await image.metadata();
    if (!acceptedFormats.includes(format)) return { badImage: `${name}: ${format} is not accepted as an image` };
    return await toModelSize(image, autoOrient, budget);
  } catch (error) {
    // Throws where not the image is bad but the disk.
    const bytes = typeof given === 'string' ? await readFile(given) : given.bytes;
    if (!isBadImage(error)) throw error;
    const kind = kindOf(bytes.subarray(0, kindBytes));
    if (kind === 'bmp') return normaliseBmp(name, bytes, budget);
    const isOther = !acceptedFormats.includes(kind) && kind !== unknownKind;
    return { badImage: `${name}: ${isOther ? `is ${kind}, no image` : firstLine(error)}` };
  }
}

const sharpOptions = { failOn: 'error', limitInputPixels: maxInputPixels } as const;

async function toModelSize(image: Sharp, size: ImageSize, budget: ImageBudget): Promise<NormalisedImage> {
  const wanted = modelSize(size, budget);
  const upright = image.autoOrient().flatten({ background: '#ffffff' });
  const fitted =
    wanted.width === size.width && wanted.height === size.height
      ? upright
      : upright.resize({ ...wanted, fit: 'fill', kernel: 'lanczos3' });
  const rgb = await fitted.toColourspace('srgb').raw().toBuffer();
  const png = await encodePng(rgb, wanted.width, wanted.height);
  return { png, perceptualHash: perceptualHashOf({ rgb, ...wanted }), ...wanted };
}

/** libvips has no decoder for BMP. */
async function normaliseBmp(name: string, bytes: Uint8Array, budget: ImageBudget): Promise<NormalisedImage | BadImage> {
  try {
    const { rgb, ...size } = decodeBmp(bytes, maxInputPixels);
    return await toModelSize(sharp(rgb, { raw: { ...size, channels: 3 } }), size, budget);
  } catch (error) {
    if (isBadImage(error)) return { badImage: `${name}: ${firstLine(error)}` };
    throw error;
  }
}

export interface StoredImage {
  image: ImageRef;
  perceptualHash: string;
}

/** Normalises an image and stores it. */
export async function importImage(
  store: ArtifactStore,
  ref: FileRef,
  budget: ImageBudget,
  files: FileReader,
): Promise<StoredImage | BadImage> {
  const given = await load(ref, files);
  const normalised = 'badImage' in given ? given : await normaliseImage('bytes' in given ? given : given.path, budget);
  if ('badImage' in normalised) return normalised;
  const { png, width, height, perceptualHash } = normalised;
  return { image: { ...(await store.putBlob(png)), width, height }, perceptualHash };
}

/** A file on disk is left where it lies; what lies in an archive or a table is read, unless it is damaged there. */
async function load(ref: FileRef, files: FileReader): Promise<FileRef | LoadedImage | BadImage> {
  if (!ref.member && !ref.cell) return ref;
  try {
    return { name: refName(ref), bytes: await files.read(ref) };
  } catch (error) {
    if (error instanceof RangeError) return { badImage: firstLine(error) };
    throw error;
  }
}

/** Bounds that a file exceeds are range errors; sharp and the decoder of BMP throw plain ones. */
const isBadImage = (error: unknown): error is Error =>
  error instanceof RangeError || (error instanceof Error && error.constructor === Error);
const firstLine = (error: Error): string => error.message.split('\n')[0] ?? error.message;
