/**
 * Writes PNGs: every row filtered by the mean of its left and upper neighbours, then Huffman codes alone. Photographs of
 * skin take 0.5 to 0.65 of the bytes that libvips' encoder makes of them without filters, at level 6, and a third of its
 * time; and since nothing is searched for, the bytes depend on no library's version and no processor's instructions. Why
 * not zlib, with the same filter and strategy: `npm run bench data`, docs/data-sets.md.
 */
import { crc32 } from 'node:zlib';
import { blockBound, writeBlock } from './huffman.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
export const averageFilter = 3;

/** Written over by each image: new ones would keep the garbage collector busy. */
const scratch = { rows: new Uint8Array(), data: new Uint8Array() };

/**
 * A PNG of 8-bit colour.
 *
 * @param rgb red, green and blue of each pixel, row by row
 */
export function encodePng(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const length = height * (3 * width + 1);
  const bound = blockBound(length) + zlibFrame;
  if (scratch.rows.length < length) scratch.rows = new Uint8Array(length);
  if (scratch.data.length < bound) scratch.data = new Uint8Array(bound);
  const rows = scratch.rows.subarray(0, length);
  const counts = filterRows(rgb, 3 * width, rows);
  return writePng(width, height, scratch.data.subarray(0, writeZlib(rows, counts, scratch.data)));
}

/**
 * Each row with its filter's number before it (PNG specification, 9.2); the row above the first is black. Returns how
 * often each byte occurs, counted by colour: neighbouring bytes are often the same, and a processor waits for the last
 * write to a counter.
 */
function filterRows(rgb: Uint8Array, stride: number, out: Uint8Array): Uint32Array {
  const [reds, greens, blues] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  const black = new Uint8Array(stride);
  let to = 0;
  for (let start = 0; start < rgb.length; start += stride) {
    const line = rgb.subarray(start, start + stride);
    const above = start === 0 ? black : rgb.subarray(start - stride, start);
    let red = 0;
    let green = 0;
    let blue = 0;
    out[to++] = averageFilter;
    for (let at = 0; at < stride; at += 3, to += 3) {
      const r = ((line[at] ?? 0) - ((red + (above[at] ?? 0)) >> 1)) & 255;
      const g = ((line[at + 1] ?? 0) - ((green + (above[at + 1] ?? 0)) >> 1)) & 255;
      const b = ((line[at + 2] ?? 0) - ((blue + (above[at + 2] ?? 0)) >> 1)) & 255;
      out[to] = r;
      out[to + 1] = g;
      out[to + 2] = b;
      reds[r] = (reds[r] ?? 0) + 1;
      greens[g] = (greens[g] ?? 0) + 1;
      blues[b] = (blues[b] ?? 0) + 1;
      red = line[at] ?? 0;
      green = line[at + 1] ?? 0;
      blue = line[at + 2] ?? 0;
    }
  }
  const counts = reds.map((count, value) => count + (greens[value] ?? 0) + (blues[value] ?? 0));
  counts[averageFilter] = (counts[averageFilter] ?? 0) + rgb.length / stride;
  return counts;
}

const zlibFrame = 6;

/** One deflate block in zlib's frame (RFC 1950); returns its length. */
function writeZlib(bytes: Uint8Array, counts: Uint32Array, out: Uint8Array): number {
  const [deflate, fastest] = [0x78, 0x01];
  out.set([deflate, fastest]);
  const end = writeBlock(bytes, counts, out, 2);
  new DataView(out.buffer).setUint32(end, adler32(bytes));
  return end + 4;
}

/** RFC 1950, 8.2; four bytes a turn, and no sum exceeds 32 bits before its remainder is taken. */
function adler32(bytes: Uint8Array): number {
  const modulus = 65_521;
  const run = 3800;
  let a = 1;
  let b = 0;
  let at = 0;
  while (at < bytes.length) {
    const end = Math.min(at + run, bytes.length);
    for (; at + 3 < end; at += 4) {
      const p = bytes[at] ?? 0;
      const q = bytes[at + 1] ?? 0;
      const r = bytes[at + 2] ?? 0;
      const s = bytes[at + 3] ?? 0;
      b += 4 * (a + p) + 3 * q + 2 * r + s;
      a += p + q + r + s;
    }
    for (; at < end; at += 1) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= modulus;
    b %= modulus;
  }
  return ((b << 16) | a) >>> 0;
}

const chunkFrame = 12;

/** 8 bits per channel, in colour, without interlacing; the data in one chunk. */
export function writePng(width: number, height: number, data: Uint8Array): Uint8Array {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const chunks = [
    ['IHDR', header],
    ['IDAT', data],
    ['IEND', new Uint8Array()],
  ] as const;
  const png = Buffer.allocUnsafeSlow(
    chunks.reduce((sum, [, content]) => sum + chunkFrame + content.length, signature.length),
  );
  png.set(signature);
  let at = signature.length;
  for (const [type, content] of chunks) {
    png.writeUInt32BE(content.length, at);
    png.write(type, at + 4, 'latin1');
    png.set(content, at + 8);
    png.writeUInt32BE(crc32(content, crc32(type)), at + 8 + content.length);
    at += chunkFrame + content.length;
  }
  return png;
}
