/** The size at which a vision-language model sees an image: the rule of Qwen2.5-VL's processor (`smart_resize`). */
import { userMistake } from '../../../domain/failures.ts';

export interface ImageSize {
  width: number;
  height: number;
}

export interface ImageBudget {
  /** Upper bound of width x height after resizing. */
  maxPixels: number;
  /** Both sides become multiples of this, in pixels. */
  snapTo: number;
}

/** Longer side over shorter side above which the processor refuses an image. */
export const maxAspectRatio = 200;

/** The processor enlarges anything smaller than two by two merged patches, so we do it here, once. */
const minPatches = 4;

/**
 * Rounds both sides to multiples of `snapTo`, shrinks to `maxPixels` and enlarges tiny images, keeping the aspect as
 * closely as multiples allow. A size that fits is returned as it is, so the processor later changes nothing.
 * Throws a RangeError where one side exceeds 200 times the other.
 */
export function modelSize({ width, height }: ImageSize, { maxPixels, snapTo }: ImageBudget): ImageSize {
  const minPixels = minPatches * snapTo * snapTo;
  if (maxPixels < minPixels) {
    throw userMistake(`data.maxPixels is ${maxPixels}: must be at least 4 * data.snapTo * data.snapTo, ${minPixels}`);
  }
  if (Math.max(width, height) > maxAspectRatio * Math.min(width, height)) {
    throw new RangeError(`${width}x${height} is more than ${maxAspectRatio} times as long as wide`);
  }
  const scaled = (scale: number, round: (x: number) => number): ImageSize => ({
    width: Math.max(1, round((width * scale) / snapTo)) * snapTo,
    height: Math.max(1, round((height * scale) / snapTo)) * snapTo,
  });
  const rounded = scaled(1, roundHalfToEven);
  const area = rounded.width * rounded.height;
  if (area > maxPixels) return shorten(scaled(Math.sqrt(maxPixels / (width * height)), Math.floor), maxPixels, snapTo);
  if (area < minPixels) return shorten(scaled(Math.sqrt(minPixels / (width * height)), Math.ceil), maxPixels, snapTo);
  return shorten(rounded, maxPixels, snapTo);
}

/** Where the short side is one multiple already, the long one may exceed budget or aspect ratio: it gives way. */
function shorten({ width, height }: ImageSize, maxPixels: number, snapTo: number): ImageSize {
  const longest = (other: number): number =>
    Math.min(maxAspectRatio * other, Math.floor(maxPixels / other / snapTo) * snapTo);
  return width >= height
    ? { width: Math.min(width, longest(height)), height }
    : { width, height: Math.min(height, longest(width)) };
}

/** Python's `round`, which the processor uses: 2.5 becomes 2. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
