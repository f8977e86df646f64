/** Pictures as encoders take them. */
import sharp from 'sharp';
import type { EncoderSettings } from '../../domain/features/encoder.ts';

/** A picture of any format, stretched to `[3, side, side]` and normalised channel by channel. */
export async function pixelsOf(
  picture: Uint8Array,
  { side, mean, std }: Pick<EncoderSettings, 'side' | 'mean' | 'std'>,
): Promise<Float32Array> {
  const rgb = await sharp(picture)
    .resize(side, side, { fit: 'fill' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const area = side * side;
  const pixels = new Float32Array(3 * area);
  for (const [channel, average] of mean.entries()) {
    const deviation = std[channel] ?? 1;
    const values = Float32Array.from({ length: 256 }, (_, level) => (level / 255 - average) / deviation);
    const plane = pixels.subarray(channel * area, (channel + 1) * area);
    for (let i = 0; i < area; i += 1) plane[i] = values[rgb[3 * i + channel] ?? 0] ?? 0;
  }
  return pixels;
}
