/** Windows bitmaps, decoded by a library and only after their header was seen to claim a size that memory can hold. */
import { decode } from 'bmp-ts';

export interface Bitmap {
  /** Four bytes a pixel; the fourth means nothing in most files. */
  data: Uint8Array;
  width: number;
  height: number;
}

/** A `RangeError` past `maxPixels`; the library's plain errors where the file is none or is cut off. */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): Bitmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30) throw new Error('is cut off within its header');
  const width = view.getInt32(18, true);
  const height = Math.abs(view.getInt32(22, true)); // negative where the rows run downwards
  if (width <= 0 || height === 0 || width * height > maxPixels) {
    throw new RangeError(`claims ${width}x${height} pixels; at most ${maxPixels} are read`);
  }
  const decoded = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { toRGBA: true });
  return { data: decoded.data, width: decoded.width, height: decoded.height };
}
