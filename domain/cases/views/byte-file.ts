/** Bytes that are appended once and read by their place: in memory, or in a file of a disk. */
export interface ByteFile {
  append(bytes: Uint8Array): void;
  /** Brings bytes into `held` and says where they begin there; both are valid until the next call. */
  find(from: number, length: number): number;
  /** Memory of the bytes that were found; they begin at a multiple of four if they do so in the file. */
  readonly held: Held;
  /** All of it, in pieces that begin at a multiple of four and have a multiple of `unit` bytes. */
  pieces(unit: number): AsyncIterable<Uint8Array>;
  /** Forgets all that was appended. */
  clear(): void;
}

/** The same memory in three readings. */
interface Held {
  bytes: Uint8Array;
  signed: Int8Array;
  words: Uint32Array;
}

/** @param bytes that begin at a multiple of four */
export const heldIn = (bytes: Uint8Array): Held => ({
  bytes,
  signed: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  words: new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2),
});

export function createMemoryFile(): ByteFile {
  let held = heldIn(new Uint8Array(1024));
  let length = 0;
  return {
    append: (bytes) => {
      if (length + bytes.length > held.bytes.length) {
        const more = new Uint8Array(2 * (length + bytes.length));
        more.set(held.bytes.subarray(0, length));
        held = heldIn(more);
      }
      held.bytes.set(bytes, length);
      length += bytes.length;
    },
    find: (from) => from,
    get held() {
      return held;
    },
    pieces: async function* () {
      if (length > 0) yield held.bytes.subarray(0, length);
    },
    clear: () => {
      length = 0;
    },
  };
}
