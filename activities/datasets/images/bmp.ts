/** Windows bitmaps: decoded by a library, but only those that it reads right, and only after a look at their size. */
import decode from 'decode-bmp';

interface Bitmap {
  rgb: Uint8ClampedArray;
  width: number;
  height: number;
}

const fileHeader = 14;
const plainBits = 0;
const maskedBits = 3;
/** Red, green and blue of 32 bits in their usual order. */
const usualMasks = [0xff0000, 0xff00, 0xff];

/** A `RangeError` past `maxPixels`; a plain error where the file is cut off or of a kind that is not read. */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): Bitmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < fileHeader + 40) throw new Error('is cut off within its header');
  const [width, height] = [view.getInt32(18, true), view.getInt32(22, true)];
  if (width <= 0 || height === 0 || width * Math.abs(height) > maxPixels) {
    throw new RangeError(`claims ${width}x${height} pixels; at most ${maxPixels} are read`);
  }
  if (height < 0 || !isPlain(view)) {
    throw new Error('is a kind of BMP that is not read (compressed, upside down, or of other colours); save it as PNG');
  }
  // The fourth byte of a pixel means nothing in most files.
  return { rgb: decode(bytes).data.filter((_, i) => i % 4 < 3), width, height };
}

/** The library passes over compression, masks and gaps before the pixels, which would give other pixels. */
function isPlain(view: DataView): boolean {
  const [pixelsAt, headerBytes] = [view.getUint32(10, true), view.getUint32(14, true)];
  const [depth, compression, used] = [view.getUint16(28, true), view.getUint32(30, true), view.getUint32(46, true)];
  const colours = depth <= 8 ? used || 2 ** depth : used;
  if (headerBytes < 40 || pixelsAt !== fileHeader + headerBytes + 4 * colours) return false;
  if (compression !== maskedBits) return compression === plainBits;
  return depth === 32 && headerBytes >= 52 && usualMasks.every((mask, i) => view.getUint32(54 + 4 * i, true) === mask);
}
