/** Deflate (RFC 1951) with Huffman codes alone: one block with codes of its own, and no search for repeats. */

/** Two codes at most this long, after at most 7 bits that wait for their byte, fit into 32 bits. */
const longestCode = 12;
const endOfBlock = 256;
/** Literals and the end of the block. */
const alphabet = endOfBlock + 1;

/** Upper bound of the bytes that `writeBlock` touches. */
export const blockBound = (length: number): number => Math.ceil((length * longestCode) / 8) + 512;

/**
 * Writes one byte or more as the last block of a deflate stream; returns the position after it.
 *
 * @param counts how often each of the 256 values occurs among `bytes`
 * @param out room for `blockBound(bytes.length)` from `at` on
 */
export function writeBlock(bytes: Uint8Array, counts: ArrayLike<number>, out: Uint8Array, at: number): number {
  const lengths = codeLengths([...Array.from(counts), 1]);
  const codes = prefixCodes(lengths);
  const stream: BitStream = { out, at, waiting: 0, bits: 0 };
  writeHeader(lengths, stream);
  const paired = bytes.length & ~1;
  writePairs(bytes.subarray(0, paired), codes, stream);
  for (const symbol of [...bytes.subarray(paired), endOfBlock]) {
    const code = codes[symbol] ?? 0;
    write(stream, code >> 4, code & 15);
  }
  write(stream, 0, -stream.bits & 7);
  return stream.at;
}

/** Bits are filled into bytes from the lowest on; fewer than eight wait for their byte. */
interface BitStream {
  out: Uint8Array;
  at: number;
  waiting: number;
  bits: number;
}

function write(stream: BitStream, value: number, length: number): void {
  stream.waiting |= value << stream.bits;
  stream.bits += length;
  for (; stream.bits >= 8; stream.bits -= 8, stream.waiting >>>= 8) stream.out[stream.at++] = stream.waiting;
}

/** Two bytes a turn, without a branch: nearly all of an image's bits pass here. */
function writePairs(bytes: Uint8Array, codes: Int32Array, stream: BitStream): void {
  const view = new DataView(stream.out.buffer, stream.out.byteOffset, stream.out.byteLength);
  let at = stream.at;
  let waiting = stream.waiting;
  let bits = stream.bits;
  for (let from = 0; from < bytes.length; from += 2) {
    const first = codes[bytes[from] ?? 0] ?? 0;
    const second = codes[bytes[from + 1] ?? 0] ?? 0;
    const length = first & 15;
    waiting |= ((first >> 4) | ((second >> 4) << length)) << bits;
    bits += length + (second & 15);
    view.setUint32(at, waiting, true);
    at += bits >> 3;
    waiting >>>= bits & 24;
    bits &= 7;
  }
  Object.assign(stream, { at, waiting, bits });
}

/** RFC 1951, 3.2.7. Every code length is written in four bits: run lengths would save some hundred bytes per image. */
function writeHeader(lengths: Uint8Array, stream: BitStream): void {
  const [last, dynamic, distances] = [1, 2, 2];
  write(stream, last, 1);
  write(stream, dynamic, 2);
  write(stream, alphabet - 257, 5);
  write(stream, distances - 1, 5);
  write(stream, 19 - 4, 4);
  for (let i = 0; i < 19; i += 1) write(stream, i < 3 ? 0 : 4, 3); // the three run lengths come first and are not used
  for (const length of lengths) write(stream, reversed(length, 4), 4);
  // No distance occurs; two codes of one bit are a complete set, which every decoder takes.
  for (let i = 0; i < distances; i += 1) write(stream, reversed(1, 4), 4);
}

/**
 * Lengths in bits of an optimal prefix code whose longest is `longestCode`, by package-merge (Larmore and Hirschberg
 * 1990). At least two symbols must occur; one that does not has length 0.
 */
export function codeLengths(counts: readonly number[]): Uint8Array {
  const weight = (symbol: number): number => counts[symbol] ?? 0;
  const symbols = [...counts.keys()].filter((s) => weight(s) > 0).sort((a, b) => weight(a) - weight(b) || a - b);
  const levels: boolean[][] = []; // of each level's items by weight, whether it is a symbol or a package of two
  let weights: number[] = [];
  for (let level = 0; level < longestCode; level += 1) {
    const below = weights;
    const packages = below.length >> 1;
    const packageWeight = (i: number): number => (below[2 * i] ?? 0) + (below[2 * i + 1] ?? 0);
    const isSymbol: boolean[] = [];
    weights = [];
    for (let [symbol, pair] = [0, 0]; symbol < symbols.length || pair < packages; ) {
      const next = weight(symbols[symbol] ?? 0);
      const takesSymbol = pair === packages || (symbol < symbols.length && next <= packageWeight(pair));
      isSymbol.push(takesSymbol);
      weights.push(takesSymbol ? next : packageWeight(pair));
      if (takesSymbol) symbol += 1;
      else pair += 1;
    }
    levels.push(isSymbol);
  }
  const lengths = new Uint8Array(counts.length);
  let taken = 2 * symbols.length - 2;
  for (const isSymbol of levels.reverse()) {
    const lightest = isSymbol.slice(0, taken).filter(Boolean).length;
    for (const symbol of symbols.slice(0, lightest)) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    taken = 2 * (taken - lightest);
  }
  return lengths;
}

/** Canonical codes (RFC 1951, 3.2.2) as they stand in the stream, first bit lowest: code << 4 | length. */
function prefixCodes(lengths: Uint8Array): Int32Array {
  const codes = new Int32Array(lengths.length);
  let next = 0;
  for (let length = 1; length <= longestCode; length += 1) {
    next <<= 1;
    for (const [symbol, own] of lengths.entries()) {
      if (own === length) codes[symbol] = (reversed(next++, length) << 4) | length;
    }
  }
  return codes;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit += 1) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
