/**
 * Reads the PNGs that need nothing but to be unpacked: 8-bit colour without transparency, profile or interlacing, as the
 * store holds them. At the size of encoders libvips takes several times as long, most of it before the first pixel and
 * between its threads.
 */
import { crc32, inflateSync } from 'node:zlib';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** They change no pixel. */
const remarks = new Set(['pHYs', 'sRGB', 'tEXt', 'zTXt', 'iTXt', 'tIME']);

/**
 * Red, green and blue of each pixel, row by row; null for any other file, one of another size, and one that is damaged:
 * libvips reads it, or says what is wrong with it.
 */
export function readPng(file: Uint8Array, width: number, height: number): Uint8Array | null {
  const packed = packedRows(file, width, height);
  if (!packed) return null;
  const length = height * (3 * width + 1);
  try {
    // In one piece, of which the pixels are made in place: garbage of this size keeps the collector's threads busy.
    const rows = inflateSync(packed, { maxOutputLength: length, chunkSize: Math.max(64, length) });
    return rows.length === length ? unfiltered(rows, 3 * width) : null;
  } catch {
    return null;
  }
}

/** The content of its chunks of data, if it is such a PNG and every chunk is whole. */
function packedRows(file: Uint8Array, width: number, height: number): Uint8Array | null {
  const png = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!signature.every((byte, i) => png[i] === byte)) return null;
  const data: Uint8Array[] = [];
  for (let at = signature.length, first = true; at + 12 <= png.length; first = false) {
    const end = at + 8 + png.readUInt32BE(at);
    if (end + 4 > png.length || crc32(png.subarray(at + 4, end)) !== png.readUInt32BE(end)) return null;
    const type = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, end);
    if (first !== (type === 'IHDR') || (first && !isPlain(content, width, height))) return null;
    if (type === 'IEND') return Buffer.concat(data);
    if (type === 'IDAT') data.push(content);
    else if (!first && !remarks.has(type)) return null;
    at = end + 4;
  }
  return null;
}

/** 8 bits, in colour, the one way of packing and of filtering, not interlaced. */
const isPlain = (header: Buffer, width: number, height: number): boolean =>
  header.length === 13 &&
  header.readUInt32BE(0) === width &&
  header.readUInt32BE(4) === height &&
  [8, 2, 0, 0, 0].every((value, i) => header[8 + i] === value);

/** PNG specification, 9.2: each row has its filter before it, and the row above the first is black. */
function unfiltered(rows: Uint8Array, stride: number): Uint8Array | null {
  let above: Uint8Array = new Uint8Array(stride);
  let to = 0;
  for (let from = 0; from < rows.length; from += stride + 1, to += stride) {
    const restore = filters[rows[from] ?? -1];
    if (!restore) return null;
    const line = rows.subarray(to, to + stride);
    restore(rows.subarray(from + 1, from + 1 + stride), above, line);
    above = line;
  }
  return rows.subarray(0, to);
}

/** By number; each writes the bytes of a row, whose filtered ones stand further on. Left of the first pixel is black. */
const filters: readonly ((row: Uint8Array, above: Uint8Array, out: Uint8Array) => void)[] = [
  (row, _, out) => out.set(row),
  (row, _, out) => {
    for (let i = 0; i < row.length; i += 1) out[i] = (row[i] ?? 0) + (out[i - 3] ?? 0);
  },
  (row, above, out) => {
    for (let i = 0; i < row.length; i += 1) out[i] = (row[i] ?? 0) + (above[i] ?? 0);
  },
  (row, above, out) => {
    for (let i = 0; i < row.length; i += 1) out[i] = (row[i] ?? 0) + (((out[i - 3] ?? 0) + (above[i] ?? 0)) >> 1);
  },
  (row, above, out) => {
    for (let i = 0; i < row.length; i += 1) {
      const [left, up, corner] = [out[i - 3] ?? 0, above[i] ?? 0, above[i - 3] ?? 0];
      out[i] = (row[i] ?? 0) + nearest(left, up, corner);
    }
  },
];

/** Paeth's: of the three the one nearest to left + up − corner. */
function nearest(left: number, up: number, corner: number): number {
  const [fromLeft, fromUp, fromCorner] = [
    Math.abs(up - corner),
    Math.abs(left - corner),
    Math.abs(left + up - 2 * corner),
  ];
  if (fromLeft <= fromUp && fromLeft <= fromCorner) return left;
  return fromUp <= fromCorner ? up : corner;
}
