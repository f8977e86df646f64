/**
 * Sorts the rows of a table by their hash without holding them in memory: they are dealt onto parts by the highest bits
 * of their hash, then each part is sorted by itself. Time grows with their number.
 */
import type { ByteFile } from './byte-file.ts';
import { mostOfOneHash } from './view-hash.ts';

export const sortingParts = 64;
const partBits = 6;
/** Rows that are put in their places at once; a part that has more is read several times. */
const placesAtOnce = 1 << 16;

/** The part of a row by its hash of so many bits. */
export const partOfHash = (hash: number, bits: number): number => hash >>> (bits - partBits);

/**
 * Writes the rows of all parts in the order of their hashes, those of one hash as they were appended, at most
 * `mostOfOneHash` of them; and where the rows of each hash begin, as Uint32s, and where the last ones end. The parts are
 * empty after it.
 *
 * @param parts rows, each a hash of `bits` as a Uint32 and then `rowBytes`
 */
export async function sortParts(
  parts: readonly ByteFile[],
  bits: number,
  rowBytes: number,
  { starts, rows }: { starts: ByteFile; rows: ByteFile },
): Promise<void> {
  const hashes = 1 << (bits - partBits);
  const counts = new Uint16Array(hashes);
  const next = new Uint32Array(hashes);
  const placed = new Uint8Array(placesAtOnce * rowBytes);
  let written = 0;
  for (const part of parts) {
    counts.fill(0);
    await eachRow(part, rowBytes, (hash) => {
      const own = hash & (hashes - 1);
      counts[own] = Math.min((counts[own] ?? 0) + 1, mostOfOneHash);
    });
    for (let hash = 0; hash < hashes; hash += 1) {
      next[hash] = written;
      written += counts[hash] ?? 0;
    }
    starts.append(new Uint8Array(next.buffer));
    for (let from = 0; from < hashes; ) {
      let [to, places] = [from, 0];
      for (; to < hashes && places + (counts[to] ?? 0) <= placesAtOnce; to += 1) {
        next[to] = places;
        places += counts[to] ?? 0;
      }
      const [first, last] = [from, to];
      if (places > 0)
        await eachRow(part, rowBytes, (hash, piece, at) => {
          const own = hash & (hashes - 1);
          if (own < first || own >= last || counts[own] === 0) return;
          const place = (next[own] ?? 0) * rowBytes;
          for (let i = 0; i < rowBytes; i += 1) placed[place + i] = piece[at + i] ?? 0;
          next[own] = (next[own] ?? 0) + 1;
          counts[own] = (counts[own] ?? 0) - 1; // as many more are taken
        });
      rows.append(placed.subarray(0, places * rowBytes));
      from = to;
    }
    part.clear();
  }
  starts.append(new Uint8Array(Uint32Array.of(written).buffer));
}

/** Calls `take` with the hash of each row, and where what follows it begins. */
async function eachRow(
  part: ByteFile,
  rowBytes: number,
  take: (hash: number, piece: Uint8Array, at: number) => void,
): Promise<void> {
  for await (const piece of part.pieces(4 + rowBytes)) {
    const words = new Uint32Array(piece.buffer, piece.byteOffset, piece.byteLength >> 2);
    for (let at = 0; at < piece.byteLength; at += 4 + rowBytes) take(words[at >> 2] ?? 0, piece, at + 4);
  }
}
