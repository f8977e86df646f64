/** The import's encoder of PNGs with zlib in place of Dermflow's own Huffman codes, on a thread of Node's pool. */
import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import { averageFilter, writePng } from '../../activities/datasets/images/png.ts';

const compress = promisify(deflate);

/** Filtered rows of earlier images, written over by later ones: new memory for each costs a tenth of the time. */
const spare: Uint8Array[] = [];

/** The same rows as the import's own, and about as many bytes. */
export async function encodePng(rgb: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const length = height * (3 * width + 1);
  const kept = spare.pop();
  const rows = kept && kept.length >= length ? kept : new Uint8Array(length);
  filterRows(rgb, 3 * width, rows);
  const data = await compress(rows.subarray(0, length), {
    level: constants.Z_BEST_SPEED,
    strategy: constants.Z_HUFFMAN_ONLY,
    chunkSize: length + 1024,
  });
  spare.push(rows);
  return writePng(width, height, data);
}

function filterRows(rgb: Uint8Array, stride: number, out: Uint8Array): void {
  const black = new Uint8Array(stride);
  let to = 0;
  for (let start = 0; start < rgb.length; start += stride) {
    const line = rgb.subarray(start, start + stride);
    const above = start === 0 ? black : rgb.subarray(start - stride, start);
    out[to++] = averageFilter;
    for (let at = 0; at < 3; at += 1) out[to++] = (line[at] ?? 0) - ((above[at] ?? 0) >> 1);
    for (let at = 3; at < stride; at += 1)
      out[to++] = (line[at] ?? 0) - (((line[at - 3] ?? 0) + (above[at] ?? 0)) >> 1);
  }
}
