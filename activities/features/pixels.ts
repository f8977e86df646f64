/** Pictures as encoders take them. */
import sharp from 'sharp';
import type { EncoderSettings } from '../../domain/features/encoder.ts';
import { readPng } from './read-png.ts';

/** By channel, what a graph takes for each of the 256 levels. */
type Levels = readonly [Float32Array, Float32Array, Float32Array];

export function channelLevels({ mean, std }: Pick<EncoderSettings, 'mean' | 'std'>): Levels {
  const channel = (at: 0 | 1 | 2): Float32Array =>
    Float32Array.from({ length: 256 }, (_, level) => (level / 255 - mean[at]) / std[at]);
  return [channel(0), channel(1), channel(2)];
}

/**
 * Reads a picture of any format in this thread, or by one of libvips while this one waits.
 *
 * @param pixels are set: `[3, side, side]`, to which the picture is stretched
 */
export async function readPixels(
  picture: Uint8Array,
  side: number,
  [red, green, blue]: Levels,
  pixels: Float32Array,
): Promise<void> {
  const rgb = readPng(picture, side, side) ?? (await readStretched(picture, side));
  const area = side * side;
  for (let i = 0, at = 0; i < area; i += 1, at += 3) {
    pixels[i] = red[rgb[at] ?? 0] ?? 0;
    pixels[area + i] = green[rgb[at + 1] ?? 0] ?? 0;
    pixels[2 * area + i] = blue[rgb[at + 2] ?? 0] ?? 0;
  }
}

const readStretched = (picture: Uint8Array, side: number): Promise<Uint8Array> =>
  sharp(picture).resize(side, side, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
